import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { failure, startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const fiveMiB = Buffer.alloc(5 * 1024 * 1024, 'a');
const { twin, put, get, text, head } = oneBucket(Bucket);
const begin = async (Key: string, rest: object = {}) =>
  (await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...rest }))).UploadId;
const part = (Key: string, UploadId: string | undefined, PartNumber: number, Body: string | Buffer) =>
  twin.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
const finish = (Key: string, UploadId: string | undefined, Parts: object[], rest: object = {}) =>
  twin.s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...rest }),
  );

describe('multipart uploads', () => {
  it('refuse small parts, wrong ETags, missing parts and another object', async () => {
    const id = await begin('k');
    const { ETag } = await part('k', id, 1, 'small');
    const { ETag: second } = await part('k', id, 2, 'tail');
    const both = [
      { PartNumber: 1, ETag },
      { PartNumber: 2, ETag: second },
    ];
    expect(await failure(finish('k', id, both))).toBe('EntityTooSmall 400');
    expect(await failure(finish('k', id, [{ PartNumber: 1, ETag: '"0"' }]))).toBe('InvalidPart 400');
    expect(await failure(finish('k', id, [{ PartNumber: 3, ETag }]))).toBe('InvalidPart 400');
    expect(await failure(finish('other', id, both))).toBe('NoSuchUpload 404');
    expect(await failure(finish('k', id, [{ PartNumber: 1, ETag }], { MpuObjectSize: 6 }))).toBe(
      'InvalidRequest 400',
    );
    expect(await failure(part('k', id, 10_001, 'x'))).toBe('InvalidArgument 400');
    await finish('k', id, [{ PartNumber: 1, ETag }], { MpuObjectSize: 5 });
    expect(await text('k')).toBe('small');
    expect(await failure(finish('k', id, both))).toBe('NoSuchUpload 404');
    // Asked once more, by a client that did not hear the answer, with conditions that hold no more.
    expect(await failure(finish('k', id, [{ PartNumber: 1, ETag }], { IfNoneMatch: '*' }))).toBe('no error');
  });

  it('take the last of a part that was sent twice', async () => {
    const id = await begin('k');
    await part('k', id, 1, 'one');
    const { ETag } = await part('k', id, 1, 'two');
    await finish('k', id, [{ PartNumber: 1, ETag }]);
    expect(await text('k')).toBe('two');
  });

  it('want every part’s checksum for a composite one, and answer it', async () => {
    const id = await begin('k', { ChecksumAlgorithm: 'SHA256' });
    const body = { Bucket, Key: 'k', UploadId: id, PartNumber: 1, Body: 'part' };
    expect(await failure(twin.s3.send(new UploadPartCommand({ ...body, ChecksumAlgorithm: 'CRC32' })))).toBe(
      'InvalidRequest 400',
    );
    const sent = await twin.s3.send(new UploadPartCommand({ ...body, ChecksumAlgorithm: 'SHA256' }));
    const { ETag, ChecksumSHA256 } = sent;
    expect(await failure(finish('k', id, [{ PartNumber: 1, ETag }]))).toBe('InvalidRequest 400');
    const done = await finish('k', id, [{ PartNumber: 1, ETag, ChecksumSHA256 }]);
    const digest = createHash('sha256').update(createHash('sha256').update('part').digest()).digest('base64');
    expect([done.ChecksumSHA256, done.ChecksumType]).toEqual([`${digest}-1`, 'COMPOSITE']);
  });

  it('refuse a full-object checksum that is wrong, and a SHA256 that cannot be one', async () => {
    expect(await failure(begin('k', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }))).toBe(
      'InvalidRequest 400',
    );
    const id = await begin('k', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const { ETag } = await twin.s3.send(
      new UploadPartCommand({
        Bucket,
        Key: 'k',
        UploadId: id,
        PartNumber: 1,
        Body: 'hello world',
        ChecksumAlgorithm: 'CRC32',
      }),
    );
    const parts = [{ PartNumber: 1, ETag }];
    expect(
      await failure(finish('k', id, parts, { ChecksumCRC32: 'AAAAAA==', ChecksumType: 'FULL_OBJECT' })),
    ).toBe('BadDigest 400');
    const done = await finish('k', id, parts, { ChecksumCRC32: 'DUoRhQ==', ChecksumType: 'FULL_OBJECT' });
    expect(done.ChecksumCRC32).toBe('DUoRhQ==');
  });

  it('copy ranges as parts, and copies get an ETag of their own', async () => {
    await put('source', Buffer.concat([fiveMiB, Buffer.from('rest')]));
    const id = await begin('k');
    const copy = (PartNumber: number, CopySourceRange: string) =>
      twin.s3.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'k',
          UploadId: id,
          PartNumber,
          CopySource: `${Bucket}/source`,
          CopySourceRange,
        }),
      );
    const one = await copy(1, 'bytes=0-5242879');
    const two = await copy(2, 'bytes=5242880-5242883');
    const done = await finish('k', id, [
      { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
    ]);
    expect(done.ETag).toMatch(/-2"$/);
    expect(await text('k', { Range: 'bytes=-5' })).toBe('arest');
    expect(await text('k', { PartNumber: 2 })).toBe('rest');
    const copied = await twin.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'k2', CopySource: `${Bucket}/k` }),
    );
    expect(copied.CopyObjectResult?.ETag).toBe((await head('source')).ETag);
  });

  it('are listed in pages with their parts, and gone when aborted', async () => {
    const ids = [await begin('b'), await begin('a'), await begin('a')];
    const first = await twin.s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 2 }));
    expect([first.IsTruncated, first.Uploads?.map(each => each.Key)]).toEqual([true, ['a', 'a']]);
    const next = await twin.s3.send(
      new ListMultipartUploadsCommand({
        Bucket,
        KeyMarker: first.NextKeyMarker,
        UploadIdMarker: first.NextUploadIdMarker,
      }),
    );
    expect(next.Uploads?.map(each => each.UploadId)).toEqual([ids[0]]);
    await part('b', ids[0], 7, 'x');
    const parts = await twin.s3.send(new ListPartsCommand({ Bucket, Key: 'b', UploadId: ids[0] }));
    expect(parts.Parts?.map(each => [each.PartNumber, each.Size])).toEqual([[7, 1]]);
    await twin.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'b', UploadId: ids[0] }));
    expect(await failure(part('b', ids[0], 8, 'x'))).toBe('NoSuchUpload 404');
  });

  it('are grouped by a delimiter', async () => {
    for (const key of ['a/1', 'a/2', 'b', 'c/1', 'd']) await begin(key);
    const list = (rest: object) =>
      twin.s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/', MaxUploads: 2, ...rest }));
    const first = await list({});
    expect([
      first.CommonPrefixes?.map(each => each.Prefix),
      first.Uploads?.map(each => each.Key),
      first.IsTruncated,
    ]).toEqual([['a/'], ['b'], true]);
    const next = await list({ KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker });
    expect([
      next.CommonPrefixes?.map(each => each.Prefix),
      next.Uploads?.map(each => each.Key),
      next.IsTruncated,
    ]).toEqual([['c/'], ['d'], false]);
  });

  it('answer a part by its number with the part’s own checksum', async () => {
    const id = await begin('k', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const Parts = [];
    for (const [index, Body] of [fiveMiB, 'tail'].entries()) {
      const PartNumber = index + 1;
      const { ETag, ChecksumCRC32 } = await twin.s3.send(
        new UploadPartCommand({
          Bucket,
          Key: 'k',
          UploadId: id,
          PartNumber,
          Body,
          ChecksumAlgorithm: 'CRC32',
        }),
      );
      Parts.push({ PartNumber, ETag, ChecksumCRC32 });
    }
    await finish('k', id, Parts);
    const answer = await get('k', { PartNumber: 2, ChecksumMode: 'ENABLED' });
    expect([answer.PartsCount, answer.ChecksumCRC32]).toEqual([2, Parts[1]?.ChecksumCRC32]);
    expect(await answer.Body?.transformToString()).toBe('tail');
  });

  it('that are completed twice at once make one object', async () => {
    const id = await begin('k');
    const { ETag } = await part('k', id, 1, fiveMiB);
    const tries = await Promise.all([1, 2].map(() => failure(finish('k', id, [{ PartNumber: 1, ETag }]))));
    expect(tries).toEqual(['no error', 'no error']);
    await twin.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'later' }));
    expect(await failure(finish('k', id, [{ PartNumber: 1, ETag }]))).toBe('NoSuchUpload 404');
    expect(await text('k')).toBe('later');
  });

  it('of one key that are completed at once with If-None-Match: one comes first, and the others stay uploads', async () => {
    const rivals = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const id = await begin('k');
        const { ETag } = await part('k', id, 1, `rival ${index}`);
        return { id, index, Parts: [{ PartNumber: 1, ETag }] };
      }),
    );
    const ends = await Promise.all(
      rivals.map(async each => ({
        ...each,
        end: await failure(finish('k', each.id, each.Parts, { IfNoneMatch: '*' })),
      })),
    );
    const won = ends.filter(each => each.end === 'no error');
    expect(won).toHaveLength(1);
    const lost = ends.filter(each => each.end === 'PreconditionFailed 412');
    expect(lost).toHaveLength(4);
    expect(await text('k')).toBe(`rival ${won[0]?.index}`);
    const { Uploads = [] } = await twin.s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads.map(each => each.UploadId).sort()).toEqual(lost.map(each => each.id).sort());
  });

  it('survive a restart', async () => {
    const id = await begin('k', { Metadata: { plate: '7' } });
    const { ETag } = await part('k', id, 1, 'bytes');
    await twin.close();
    const again = await startS3(twin.root);
    await again.s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'k',
        UploadId: id,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
    const after = await again.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    await again.stop();
    expect([after.Metadata, after.ContentLength]).toEqual([{ plate: '7' }, 5]);
  });
});
