import { counted } from '../../contract/workload/number-text.ts';
import { type LifecycleReading, lifecycleOf } from '../reading/lifecycle.ts';
import { ofType } from '../reading/template.ts';
import { flag } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const lifecycleRefused: Rule = {
  id: 'lifecycle-refused',
  what: 'lifecycle rules are such as S3 takes: it refuses others when the bucket is made, and the stack rolls back',
  source:
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html',
  fix: '30 days or more before STANDARD_IA and ONEZONE_IA; expiration later than every transition; uploads and delete markers in a rule without tags and sizes',
  check: template =>
    ofType(template, 'AWS::S3::Bucket').flatMap(bucket =>
      lifecycleOf(bucket).flatMap(reading =>
        refusals(reading).map(message => trouble(bucket, reading.name, message)),
      ),
    ),
};

function refusals({
  rule,
  transitions,
  expirationDays,
  isByTag,
  isBySize,
}: LifecycleReading): readonly string[] {
  const early = transitions.filter(
    ({ storageClass, days = 30 }) => /^(STANDARD|ONEZONE)_IA$/.test(storageClass) && days < 30,
  );
  const late = transitions.filter(
    ({ days }) => days !== undefined && expirationDays !== undefined && expirationDays <= days,
  );
  const isFiltered = isByTag || isBySize;
  return [
    ...early.map(
      ({ storageClass, days }) => `${storageClass} after ${counted(days ?? 0, 'day')}: 30 are the least`,
    ),
    ...late.map(
      ({ storageClass, days }) =>
        `expires after ${counted(expirationDays ?? 0, 'day')}, and goes to ${storageClass} after ${days}`,
    ),
    ...(isFiltered && rule.AbortIncompleteMultipartUpload !== undefined
      ? ['aborts uploads by tag or size: uploads have neither']
      : []),
    ...(isByTag && flag(rule.ExpiredObjectDeleteMarker) === true
      ? ['removes delete markers by tag: markers have none']
      : []),
  ];
}
