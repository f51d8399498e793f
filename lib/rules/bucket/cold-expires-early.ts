import { counted } from '../../contract/workload/number-text.ts';
import { lifecycleOf } from '../reading/lifecycle.ts';
import { ofType } from '../reading/template.ts';
import { type Rule, trouble } from '../rule.ts';

/** Days that are billed at least (aws.amazon.com/s3/pricing). */
const leastDays: Readonly<Record<string, number>> = {
  STANDARD_IA: 30,
  ONEZONE_IA: 30,
  GLACIER_IR: 90,
  GLACIER: 90,
  DEEP_ARCHIVE: 180,
};

export const coldExpiresEarly: Rule = {
  id: 'cold-expires-early',
  what: 'objects stay in a cold class for as long as it is paid for at least: what expires before is billed to the end, and the move was for nothing',
  source:
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html',
  fix: 'a later expiration, or none, or no transition',
  check: template =>
    ofType(template, 'AWS::S3::Bucket').flatMap(bucket =>
      lifecycleOf(bucket).flatMap(({ name, transitions, expirationDays }) =>
        transitions.flatMap(({ storageClass, days }) => {
          const least = leastDays[storageClass];
          if (least === undefined || days === undefined || expirationDays === undefined) return [];
          // What expires before it moves is another rule's to tell.
          const stays = expirationDays - days;
          if (stays <= 0 || stays >= least) return [];
          return [
            trouble(
              bucket,
              name,
              `${counted(stays, 'day')} in ${storageClass}, of which ${least} are billed at least`,
            ),
          ];
        }),
      ),
    ),
};
