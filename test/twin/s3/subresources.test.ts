import {
  DeleteBucketAnalyticsConfigurationCommand,
  DeleteBucketPolicyCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  RenameObjectCommand,
} from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';
import { outcome, sendRaw } from './raw.ts';

const Bucket = 'data';
const { twin } = oneBucket(Bucket);

it('deleting a setting that the twin does not have is refused and leaves the bucket', async () => {
  for (const command of [
    new DeleteBucketAnalyticsConfigurationCommand({ Bucket, Id: 'a' }),
    new DeleteBucketPolicyCommand({ Bucket }),
  ])
    await expect(twin.s3.send(command as DeleteBucketPolicyCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  await twin.s3.send(new HeadBucketCommand({ Bucket }));
});

it('who may use a bucket is its owner alone, without ACLs, policy or public access', async () => {
  const { s3 } = twin;
  for (const ACL of ['private', 'bucket-owner-full-control'] as const) {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ACL }));
  }
  for (const acl of [new GetBucketAclCommand({ Bucket }), new GetObjectAclCommand({ Bucket, Key: 'k' })]) {
    const { Owner, Grants } = await s3.send(acl as GetBucketAclCommand);
    const Grantee = { ...Owner, Type: 'CanonicalUser' };
    expect(Grants).toEqual([{ Grantee, Permission: 'FULL_CONTROL' }]);
  }
  const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
  expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
  expect(Object.values(block.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  expect(await failure(s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('NoSuchBucketPolicy 404');
  expect(await failure(s3.send(new GetBucketCorsCommand({ Bucket })))).toBe('NoSuchCORSConfiguration 404');
  expect(await failure(s3.send(new GetObjectAclCommand({ Bucket, Key: 'none' })))).toBe('NoSuchKey 404');
});

it('an ACL that is said to be none is none: some clients send an empty header', async () => {
  const answer = await sendRaw(twin.url, {
    method: 'PUT',
    path: '/data/k',
    body: 'x',
    headers: { 'x-amz-acl': '' },
  });
  expect(outcome(answer)).toBe('200');
});

it('an ACL is refused, as by every new bucket, and leaves the object', async () => {
  const { s3 } = twin;
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  const refused = 'AccessControlListNotSupported 400';
  const put = (rest: object) => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'y', ...rest }));
  expect(await failure(s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' })))).toBe(refused);
  const objectAcl = new PutObjectAclCommand({ Bucket, Key: 'k', ACL: 'public-read' });
  expect(await failure(s3.send(objectAcl))).toBe(refused);
  expect(await failure(put({ ACL: 'public-read' }))).toBe(refused);
  expect(await failure(put({ GrantRead: 'id=someone' }))).toBe(refused);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  expect(await Body?.transformToString()).toBe('x');
});

it('a rename is no upload', async () => {
  const rename = new RenameObjectCommand({ Bucket, Key: 'new', RenameSource: 'old' });
  await expect(twin.s3.send(rename)).rejects.toMatchObject({ name: 'NotImplemented' });
  expect((await twin.s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
});
