import { type Mutation, set } from './changes.ts';
import { type Fields, type Parts, properties } from './parts.ts';

const bucket = (parts: Parts): Fields => properties(parts, 'AWS::S3::Bucket', 'StorageOutput');
const rule = (more: Fields) => (parts: Parts) =>
  set(bucket(parts), { LifecycleConfiguration: { Rules: [{ Id: 'Cold', Status: 'Enabled', ...more }] } });
const to = (StorageClass: string, TransitionInDays: number) => [{ StorageClass, TransitionInDays }];

export const bucketMutations: readonly Mutation[] = [
  {
    title: 'infrequent access after a week',
    rule: 'lifecycle-refused',
    mutate: rule({ Transitions: to('STANDARD_IA', 7) }),
  },
  {
    title: 'an expiration before the transition',
    rule: 'lifecycle-refused',
    mutate: rule({ Transitions: to('GLACIER', 90), ExpirationInDays: 30 }),
  },
  {
    title: 'uploads that are aborted by tag',
    rule: 'lifecycle-refused',
    mutate: rule({
      TagFilters: [{ Key: 'verified', Value: 'no' }],
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
    }),
  },
  {
    title: 'a deep archive for a month',
    rule: 'cold-expires-early',
    mutate: rule({ Transitions: to('DEEP_ARCHIVE', 0), ExpirationInDays: 30 }),
  },
  {
    title: 'a retention without Object Lock',
    rule: 'lock-without-versions',
    mutate: parts =>
      set(bucket(parts), {
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } },
      }),
  },
  {
    title: 'Object Lock, with versioning suspended',
    rule: 'lock-without-versions',
    mutate: parts =>
      set(bucket(parts), {
        ObjectLockEnabled: true,
        VersioningConfiguration: { Status: 'Suspended' },
      }),
  },
];
