import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { PlaceConfig } from '../../contract/workload/config.ts';
import type { Right } from '../../contract/workload/places.ts';

const objectActions: Record<Exclude<Right, 'list' | 'delete' | 'settings'>, readonly string[]> = {
  read: [
    's3:GetObject',
    's3:GetObjectVersion',
    's3:GetObjectTagging',
    's3:GetObjectVersionTagging',
    's3:GetObjectAttributes',
    's3:GetObjectVersionAttributes',
  ],
  write: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  // The second is asked for only of what Object Lock holds in GOVERNANCE mode.
  'delete-versions': ['s3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
  tag: ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
  restore: ['s3:RestoreObject'],
};

/** What a role may do below a prefix of a bucket, and nowhere else in it. */
export function placeStatements(
  { bucket, prefix, keyArn, region }: PlaceConfig,
  rights: readonly Right[],
): readonly PolicyStatement[] {
  const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucket}`;
  const objects = [`${bucketArn}/${prefix}*`];
  const all = new Set<Right>(rights);
  // S3 compares what a delete names with what is there only for who may read it.
  if (all.has('delete')) all.add('read');
  const statements: PolicyStatement[] = [];
  const lists = [
    ...(all.has('list') ? ['s3:ListBucket'] : []),
    // Who may read versions may know of them: an inventory without them could not say which one it means.
    ...(all.has('list') && (all.has('delete-versions') || all.has('read')) ? ['s3:ListBucketVersions'] : []),
  ];
  if (lists.length > 0)
    statements.push(
      new PolicyStatement({
        actions: lists,
        resources: [bucketArn],
        ...(prefix === '' ? {} : { conditions: { StringLike: { 's3:prefix': [`${prefix}*`] } } }),
      }),
    );
  if (all.has('settings'))
    statements.push(
      new PolicyStatement({
        actions: ['s3:GetBucketVersioning', 's3:GetLifecycleConfiguration'],
        resources: [bucketArn],
      }),
    );
  const actions = (Object.keys(objectActions) as (keyof typeof objectActions)[]).flatMap(right =>
    all.has(right) ? objectActions[right] : [],
  );
  if (actions.length > 0) statements.push(new PolicyStatement({ actions, resources: objects }));
  if (all.has('delete'))
    statements.push(
      new PolicyStatement({
        actions: ['s3:DeleteObject'],
        resources: objects,
        // A delete that does not say which content it means is none.
        conditions: { Null: { 's3:if-match': 'false' } },
      }),
    );
  if (keyArn)
    statements.push(
      new PolicyStatement({
        actions: ['kms:Decrypt', ...(all.has('write') ? ['kms:GenerateDataKey'] : [])],
        resources: [keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
      }),
    );
  return statements;
}
