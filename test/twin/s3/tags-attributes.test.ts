import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectTaggingCommand,
  GetBucketTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ObjectAttributes,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { failure, startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const fiveMiB = Buffer.alloc(5 * 1024 * 1024, 'a');
const { twin, put } = oneBucket(Bucket);
const tag = (Key: string, tags: Readonly<Record<string, string>>, rest: object = {}) =>
  twin.s3.send(
    new PutObjectTaggingCommand({
      Bucket,
      Key,
      Tagging: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ...rest,
    }),
  );
const tags = async (Key: string, VersionId?: string) => {
  const { TagSet } = await twin.s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }));
  return Object.fromEntries((TagSet ?? []).map(each => [each.Key, each.Value]));
};
const attributes = (Key: string, wanted: readonly ObjectAttributes[], rest: object = {}) =>
  twin.s3.send(new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: [...wanted], ...rest }));

describe('tags', () => {
  it('come with a write, are counted, replaced and taken off without touching the object', async () => {
    await put('k', 'x', { Tagging: 'plate=7&state=raw%20%2F1' });
    expect(await tags('k')).toEqual({ plate: '7', state: 'raw /1' });
    const before = await twin.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(before.TagCount).toBe(2);
    await tag('k', { state: 'archived' });
    expect(await tags('k')).toEqual({ state: 'archived' });
    await twin.s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }));
    expect(await tags('k')).toEqual({});
    const after = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect([after.LastModified, after.ETag]).toEqual([before.LastModified, before.ETag]);
  });

  it('belong to a version each, and survive a restart', async () => {
    await twin.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const one = await put('k', 'one', { Tagging: 'v=1' });
    await put('k', 'two', { Tagging: 'v=2' });
    await tag('k', { v: 'one' }, { VersionId: one.VersionId });
    const again = await startS3(twin.root);
    const { TagSet } = await again.s3.send(
      new GetObjectTaggingCommand({ Bucket, Key: 'k', VersionId: one.VersionId }),
    );
    await again.stop();
    expect([TagSet, await tags('k')]).toEqual([[{ Key: 'v', Value: 'one' }], { v: '2' }]);
  });

  it('go along with a copy unless it replaces them, and with a multipart upload', async () => {
    await put('k', 'x', { Tagging: 'a=1' });
    const copy = (Key: string, rest: object) =>
      twin.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/k`, ...rest }));
    await copy('same', {});
    await copy('other', { TaggingDirective: 'REPLACE', Tagging: 'b=2' });
    expect([await tags('same'), await tags('other')]).toEqual([{ a: '1' }, { b: '2' }]);
    const { UploadId } = await twin.s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'mpu', Tagging: 'c=3' }),
    );
    const { ETag } = await twin.s3.send(
      new UploadPartCommand({ Bucket, Key: 'mpu', UploadId, PartNumber: 1, Body: 'x' }),
    );
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    await twin.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'mpu', UploadId, MultipartUpload }));
    expect(await tags('mpu')).toEqual({ c: '3' });
  });

  it('are refused where S3 refuses them', async () => {
    await put('k', 'x');
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 'v']));
    expect(await failure(tag('k', eleven))).toBe('BadRequest 400');
    expect(await failure(tag('k', { ['k'.repeat(129)]: 'v' }))).toBe('InvalidTag 400');
    expect(await failure(tag('k', { k: 'v'.repeat(257) }))).toBe('InvalidTag 400');
    expect(await failure(tag('k', { 'aws:k': 'v' }))).toBe('InvalidTag 400');
    expect(await failure(put('k', 'x', { Tagging: 'a=1&a=2' }))).toBe('InvalidTag 400');
    expect(await failure(tag('nobody', {}))).toBe('NoSuchKey 404');
    expect(await tags('k')).toEqual({});
  });

  it('of a bucket are put, read and taken off', async () => {
    const read = () => twin.s3.send(new GetBucketTaggingCommand({ Bucket }));
    expect(await failure(read())).toBe('NoSuchTagSet 404');
    const TagSet = [{ Key: 'lab', Value: 'ours' }];
    await twin.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await read()).TagSet).toEqual(TagSet);
    await twin.s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await failure(read())).toBe('NoSuchTagSet 404');
  });
});

describe('storage classes', () => {
  it('are kept and listed, and unknown ones refused', async () => {
    await put('k', 'x', { StorageClass: 'STANDARD_IA' });
    expect(await failure(put('k2', 'x', { StorageClass: 'COLD' }))).toBe('InvalidStorageClass 400');
    const { Contents } = await twin.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(each => [each.Key, each.StorageClass])).toEqual([['k', 'STANDARD_IA']]);
  });

  it('of a copy are STANDARD unless it asks for another', async () => {
    await put('k', 'x', { StorageClass: 'STANDARD_IA', Metadata: { plate: '7' } });
    const copy = (Key: string, rest: object) =>
      twin.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/k`, ...rest }));
    await copy('plain', {});
    await copy('cold', { StorageClass: 'GLACIER_IR' });
    const classes = await Promise.all(
      ['plain', 'cold'].map(Key => twin.s3.send(new HeadObjectCommand({ Bucket, Key }))),
    );
    expect(classes.map(each => [each.StorageClass, each.Metadata])).toEqual([
      [undefined, { plate: '7' }],
      ['GLACIER_IR', { plate: '7' }],
    ]);
  });
});

describe('GetObjectAttributes', () => {
  it('tells what was asked for, and nothing else', async () => {
    const { ETag } = await put('k', 'hello', { StorageClass: 'GLACIER', ChecksumAlgorithm: 'SHA256' });
    const all = await attributes('k', ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);
    expect([all.ETag, all.StorageClass, all.ObjectSize, all.ObjectParts]).toEqual([
      ETag?.replaceAll('"', ''),
      'GLACIER',
      5,
      undefined,
    ]);
    expect(all.Checksum).toEqual({
      ChecksumSHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
      ChecksumType: 'FULL_OBJECT',
    });
    const size = await attributes('k', ['ObjectSize']);
    expect([size.ObjectSize, size.ETag, size.Checksum]).toEqual([5, undefined, undefined]);
    expect(await failure(attributes('k', []))).toBe('InvalidArgument 400');
    expect(await failure(attributes('nobody', ['ETag']))).toBe('NoSuchKey 404');
  });

  it('lists the parts with their checksums in pages', async () => {
    const { UploadId } = await twin.s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'k', ChecksumAlgorithm: 'SHA256' }),
    );
    const Parts = [];
    for (const [index, Body] of [fiveMiB, fiveMiB, 'end'].entries()) {
      const PartNumber = index + 1;
      const { ETag, ChecksumSHA256 } = await twin.s3.send(
        new UploadPartCommand({
          Bucket,
          Key: 'k',
          UploadId,
          PartNumber,
          Body,
          ChecksumAlgorithm: 'SHA256',
        }),
      );
      Parts.push({ ETag, ChecksumSHA256, PartNumber });
    }
    await twin.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload: { Parts } }),
    );
    const first = await attributes('k', ['ObjectParts'], { MaxParts: 2 });
    expect([first.ObjectParts?.TotalPartsCount, first.ObjectParts?.IsTruncated]).toEqual([3, true]);
    const next = await attributes('k', ['ObjectParts'], {
      PartNumberMarker: first.ObjectParts?.NextPartNumberMarker,
    });
    const all = [...(first.ObjectParts?.Parts ?? []), ...(next.ObjectParts?.Parts ?? [])];
    expect(all.map(each => [each.PartNumber, each.Size, each.ChecksumSHA256])).toEqual([
      [1, fiveMiB.length, Parts[0]?.ChecksumSHA256],
      [2, fiveMiB.length, Parts[1]?.ChecksumSHA256],
      [3, 3, Parts[2]?.ChecksumSHA256],
    ]);
  });
});
