import { ofType } from '../reading/template.ts';
import { fields, flag, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const lockWithoutVersions: Rule = {
  id: 'lock-without-versions',
  what: 'a bucket with a default retention has Object Lock enabled, and versioning not suspended: S3 refuses it otherwise',
  source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html',
  fix: 'ObjectLockEnabled: true, and VersioningConfiguration with Status Enabled',
  check: template =>
    ofType(template, 'AWS::S3::Bucket').flatMap(bucket => {
      const { ObjectLockConfiguration, ObjectLockEnabled, VersioningConfiguration } = bucket.properties;
      const isOn = flag(ObjectLockEnabled);
      const retains = fields(fields(ObjectLockConfiguration).Rule).DefaultRetention !== undefined;
      if (retains && (ObjectLockEnabled === undefined || isOn === false))
        return [trouble(bucket, ObjectLockEnabled, 'a retention without Object Lock')];
      if (isOn === true && text(fields(VersioningConfiguration).Status) === 'Suspended')
        return [trouble(bucket, VersioningConfiguration, 'Object Lock, and versioning is suspended')];
      return [];
    }),
};
