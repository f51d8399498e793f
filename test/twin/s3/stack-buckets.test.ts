import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startTwin } from '../../../lib/twin/twin.ts';

const properties = {
  VersioningConfiguration: { Status: 'Enabled' },
  LifecycleConfiguration: {
    Rules: [
      { Id: 'Uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
      {
        Id: 'Cold',
        Status: 'Enabled',
        Prefix: 'runs/',
        TagFilters: [{ Key: 'cold', Value: 'yes' }],
        Transitions: [{ StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 10 }],
        NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 3 },
      },
    ],
  },
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: {
          SSEAlgorithm: 'aws:kms',
          KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] },
        },
      },
    ],
  },
  ObjectLockEnabled: true,
  ObjectLockConfiguration: {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Years: 1 } },
  },
  PublicAccessBlockConfiguration: { BlockPublicAcls: true },
  LoggingConfiguration: { DestinationBucketName: { 'Fn::ImportValue': 'elsewhere' } },
  Tags: [{ Key: 'arraylab:lab', Value: 'lab' }],
};

const templateOf = (Properties: object) => ({
  Resources: {
    Output: { Type: 'AWS::S3::Bucket', Properties },
    Logs: { Type: 'AWS::S3::Bucket' },
    Key: { Type: 'AWS::KMS::Key' },
  },
  Outputs: { Output: { Value: { Ref: 'Output' } }, Logs: { Value: { Ref: 'Logs' } } },
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-stack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function up(template: object) {
  const twin = await startTwin({
    folder,
    projectRoot: folder,
    region: 'us-east-1',
    template,
    datasetBuckets: ['theirs'],
    node: process.execPath,
    tools: [],
  });
  const s3 = new S3Client({
    endpoint: twin.url,
    region: 'us-east-1',
    credentials: twin.keys.deployer,
    forcePathStyle: true,
  });
  const down = async (): Promise<void> => {
    s3.destroy();
    await twin.close();
  };
  return { ...twin, s3, Bucket: twin.outputs.Output, down };
}

it('the stack’s buckets are versioned where the template says so, and stay as they are set', async () => {
  const template = templateOf({ VersioningConfiguration: { Status: 'Enabled' } });
  for (const wanted of ['Enabled', 'Suspended']) {
    const { s3, outputs, down } = await up(template);
    const status = async (Bucket: string | undefined) =>
      (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    expect(await status(outputs.Output)).toBe(wanted);
    expect([await status(outputs.Logs), await status('theirs')]).toEqual([undefined, undefined]);
    const VersioningConfiguration = { Status: 'Suspended' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: outputs.Output, VersioningConfiguration }));
    await down();
  }
});

it('the stack’s bucket answers with the template’s rules, tags, lock and encryption', async () => {
  const { s3, Bucket, down } = await up(templateOf(properties));
  const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  expect(Rules).toEqual([
    {
      ID: 'Uploads',
      Status: 'Enabled',
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
    },
    {
      ID: 'Cold',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'runs/', Tags: [{ Key: 'cold', Value: 'yes' }] } },
      Transitions: [{ Days: 10, StorageClass: 'DEEP_ARCHIVE' }],
      NoncurrentVersionExpiration: { NoncurrentDays: 30, NewerNoncurrentVersions: 3 },
    },
  ]);
  const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
  expect(TagSet).toEqual(properties.Tags);
  const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
  expect(ObjectLockConfiguration).toEqual({
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Years: 1 } },
  });
  const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
  for (const answer of [put, head]) {
    expect(answer).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'arn:aws:kms:us-east-1:000000000000:key/arraylab-lab-Key',
      BucketKeyEnabled: true,
    });
  }
  expect(head.ObjectLockMode).toBe('GOVERNANCE');
  expect(put.ETag).not.toContain('9dd4e461268c8034f5c8564e155c67a6');
  await down();
});

it.each([
  ['WebsiteConfiguration', { WebsiteConfiguration: { IndexDocument: 'index.html' } }],
  ['ReplicationConfiguration', { ReplicationConfiguration: { Role: 'r', Rules: [] } }],
  ['Moon', { LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Moon: 1 }] } }],
  ['At least one action', { LifecycleConfiguration: { Rules: [{ Status: 'Enabled' }] } }],
  ['ObjectWriter', { OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] } }],
  ['aws:fsx', { BucketEncryption: encryptedBy('aws:fsx') }],
  ['no Fn::ImportValue', { Tags: [{ Key: 'a', Value: { 'Fn::ImportValue': 'b' } }] }],
])('a bucket with what the twin does not have (%s) is refused', async (word, given) => {
  const message = await up(templateOf(given)).then(
    () => 'no error',
    error => String(error.message),
  );
  expect(message).toContain(word.replace('no ', ''));
  expect(message).toContain('Output');
});

function encryptedBy(SSEAlgorithm: string) {
  return { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm } }] };
}
