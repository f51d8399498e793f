import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
} from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put } = oneBucket(Bucket);

describe('buckets', () => {
  it('are made once, listed, located, and removed only when empty', async () => {
    // Of us-east-1 alone, for legacy compatibility.
    expect(await failure(twin.s3.send(new CreateBucketCommand({ Bucket })))).toBe('no error');
    expect(await failure(twin.s3.send(new CreateBucketCommand({ Bucket: 'Bad_Name' })))).toBe(
      'InvalidBucketName 400',
    );
    const { Buckets } = await twin.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(each => each.Name)).toEqual([Bucket]);
    expect((await twin.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeFalsy();
    expect(await failure(twin.s3.send(new HeadBucketCommand({ Bucket: 'nobody' })))).toBe('NotFound 404');
    await writeFile(join(twin.root, Bucket, 'by-hand'), 'x');
    expect(await failure(twin.s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
    expect(await readFile(join(twin.root, Bucket, 'by-hand'), 'utf8')).toBe('x');
    await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: 'by-hand' }));
    await twin.s3.send(new DeleteBucketCommand({ Bucket }));
    expect(await failure(put('k', 'x'))).toBe('NoSuchBucket 404');
  });

  it('refuse who expects another owner', async () => {
    expect(await failure(put('k', 'x', { ExpectedBucketOwner: '111122223333' }))).toBe('AccessDenied 403');
    expect(await failure(put('k', 'x', { ExpectedBucketOwner: '000000000000' }))).toBe('no error');
  });
});
