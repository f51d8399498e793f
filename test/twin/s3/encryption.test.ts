import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const md5OfX = '"9dd4e461268c8034f5c8564e155c67a6"';
const { twin, head } = oneBucket(Bucket);

const put = (Key: string, rest: object = {}) =>
  twin.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...rest }));
const setDefault = (SSEAlgorithm: 'AES256' | 'aws:kms', rest: object = {}) =>
  twin.s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm, ...rest }, BucketKeyEnabled: true }],
      },
    }),
  );
const getDefault = async () =>
  (await twin.s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration
    ?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;

it('is AES256 where nobody says more, of every object and in every answer to a write', async () => {
  expect(await getDefault()).toEqual({ SSEAlgorithm: 'AES256' });
  expect((await put('k')).ServerSideEncryption).toBe('AES256');
  expect((await head('k')).ServerSideEncryption).toBe('AES256');
  const upload = await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'm' }));
  expect(upload.ServerSideEncryption).toBe('AES256');
});

it('is the bucket’s for writes after it was set, and the write’s own where it has one', async () => {
  await put('before');
  await setDefault('aws:kms', { KMSMasterKeyID: 'alias/lab' });
  expect(await getDefault()).toEqual({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/lab' });
  await put('after');
  await put('own', { ServerSideEncryption: 'AES256' });
  await twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/before` }));
  const seen = await Promise.all(['before', 'after', 'own', 'copy'].map(head));
  expect(seen.map(each => [each.ServerSideEncryption, each.SSEKMSKeyId])).toEqual([
    ['AES256', undefined],
    ['aws:kms', 'alias/lab'],
    ['AES256', undefined],
    ['aws:kms', 'alias/lab'],
  ]);
  await twin.s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
  expect(await getDefault()).toEqual({ SSEAlgorithm: 'AES256' });
});

it('by KMS gives an ETag that is no MD5, which reads by it all the same', async () => {
  expect((await put('plain')).ETag).toBe(md5OfX);
  const { ETag } = await put('kms', { ServerSideEncryption: 'aws:kms' });
  expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(ETag).not.toBe(md5OfX);
  const got = await twin.s3.send(new GetObjectCommand({ Bucket, Key: 'kms', IfMatch: ETag }));
  expect(await got.Body?.transformToString()).toBe('x');
});

it('that S3 does not have, or a key without KMS, is refused', async () => {
  expect(await failure(put('k', { ServerSideEncryption: 'rot13' }))).toBe('InvalidArgument 400');
  const keyAlone = put('k', { ServerSideEncryption: 'AES256', SSEKMSKeyId: 'k' });
  expect(await failure(keyAlone)).toBe('InvalidArgument 400');
  expect(await failure(setDefault('AES256', { KMSMasterKeyID: 'k' }))).toBe('InvalidArgument 400');
});
