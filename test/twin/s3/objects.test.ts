import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { runs } from '../../helpers/runs.ts';
import { failure, startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, text } = oneBucket(Bucket);

describe('objects', () => {
  it('are plain files in the bucket’s folder', async () => {
    await put('a/b.txt', 'hello');
    expect(await readFile(join(twin.root, Bucket, 'a/b.txt'), 'utf8')).toBe('hello');
    expect(await text('a/b.txt')).toBe('hello');
  });

  it('answer ranges', async () => {
    await put('k', '0123456789');
    expect(await text('k', { Range: 'bytes=2-4' })).toBe('234');
    expect(await text('k', { Range: 'bytes=-3' })).toBe('789');
    expect(await failure(text('k', { Range: 'bytes=10-' }))).toBe('InvalidRange 416');
  });

  it('are written once with If-None-Match, whoever comes first', async () => {
    const tries = await Promise.all(
      ['x', 'y', 'z'].map(body => failure(put('once', body, { IfNoneMatch: '*' }))),
    );
    expect(tries.filter(each => each === 'no error')).toHaveLength(1);
    expect(tries.filter(each => each === 'PreconditionFailed 412')).toHaveLength(2);
  });

  it('are deleted with If-Match only while they are what was seen', async () => {
    const { ETag } = await put('k', 'one');
    await put('k', 'two');
    expect(await failure(twin.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag })))).toBe(
      'PreconditionFailed 412',
    );
    expect(await text('k')).toBe('two');
  });

  it('are refused with a wrong checksum, and nothing is stored', async () => {
    expect(await failure(put('k', 'hello', { ChecksumSHA256: Buffer.alloc(32).toString('base64') }))).toBe(
      'BadDigest 400',
    );
    expect(await failure(text('k'))).toBe('NoSuchKey 404');
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'keep and answer the SDK’s own %s',
    async ChecksumAlgorithm => {
      const body = Buffer.from('some bytes of a scan');
      const stored = await put('k', body, { ChecksumAlgorithm });
      const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
      const field = `Checksum${ChecksumAlgorithm}` as const;
      expect(head[field]).toBeDefined();
      expect(head[field]).toBe(stored[field]);
    },
  );

  it('that someone edits by hand get a new ETag', async () => {
    const { ETag } = await put('k', 'before');
    await writeFile(join(twin.root, Bucket, 'k'), 'after!!');
    const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(head.ETag).not.toBe(ETag);
    expect(await text('k')).toBe('after!!');
  });

  it('keep their metadata through a copy and a restart', async () => {
    await put('k', 'x', { Metadata: { plate: '7' }, ContentType: 'image/tiff' });
    await twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` }));
    const again = await startS3(twin.root);
    const head = await again.s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }));
    await again.stop();
    expect([head.Metadata, head.ContentType]).toEqual([{ plate: '7' }, 'image/tiff']);
  });

  it('of a third party open only with its keys', async () => {
    await writeFile(
      join(twin.root, '.buckets.json'),
      JSON.stringify({ [Bucket]: { accessKeyIds: ['AKIAOTHER'] } }),
    );
    expect(await failure(text('k'))).toBe('AccessDenied 403');
    const other = twin.client({ accessKeyId: 'AKIAOTHER', secretAccessKey: 'other' });
    expect(await failure(other.send(new GetObjectCommand({ Bucket, Key: 'k' })))).toBe('NoSuchKey 404');
  });

  it('are closed to the keys of a dataset’s owner, but for the dataset', async () => {
    await put('k', 'the lab’s');
    await twin.s3.send(new CreateBucketCommand({ Bucket: 'theirs' }));
    const access = { theirs: { keys: { AKIAOTHER: 'other' } } };
    await writeFile(join(twin.root, '.buckets.json'), JSON.stringify(access));
    const owner = twin.client({ accessKeyId: 'AKIAOTHER', secretAccessKey: 'other' });
    const get = (name: string) => failure(owner.send(new GetObjectCommand({ Bucket: name, Key: 'k' })));
    expect(await get('theirs')).toBe('NoSuchKey 404');
    expect(await get(Bucket)).toBe('AccessDenied 403');
    const CopySource = `${Bucket}/k`;
    const copy = owner.send(new CopyObjectCommand({ Bucket: 'theirs', Key: 'k', CopySource }));
    expect(await failure(copy)).toBe('AccessDenied 403');
    expect(await failure(twin.s3.send(new GetObjectCommand({ Bucket: 'theirs', Key: 'k' })))).toBe(
      'AccessDenied 403',
    );
  });
});

describe('keys', () => {
  it('of any kind come back in S3’s order with their bytes', async () => {
    const segment = fc.oneof(
      fc.constantFrom('', '.', '..', 'a', 'A', 'a%~b', '%~=a', 'é', 'x'.repeat(300), ' b ', 'a+b&c'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    );
    const key = fc
      .array(segment, { minLength: 1, maxLength: 4 })
      .map(parts => parts.join('/'))
      .filter(
        each =>
          each !== '' &&
          each.isWellFormed() &&
          Buffer.byteLength(each) <= 1024 &&
          !/[\u0000\ufffe\uffff]/.test(each),
      );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 6 }), async names => {
        const prefix = `${round++}/`;
        for (const name of names) await put(prefix + name, name);
        const { Contents = [] } = await twin.s3.send(
          new ListObjectsV2Command({ Bucket, Prefix: prefix, EncodingType: 'url' }),
        );
        const wanted = names
          .map(name => Buffer.from(prefix + name))
          .sort(Buffer.compare)
          .map(String);
        expect(Contents.map(each => decodeURIComponent(each.Key!.replace(/\+/g, ' ')))).toEqual(wanted);
        for (const name of names) expect(await text(prefix + name)).toBe(name);
      }),
      { numRuns: runs(40) },
    );
  });

  it('a and a/b exist side by side, in either order', async () => {
    await put('a', '1');
    await put('a/b', '2');
    await put('c/d', '3');
    await put('c', '4');
    expect(await Promise.all(['a', 'a/b', 'c/d', 'c'].map(key => text(key)))).toEqual(['1', '2', '3', '4']);
  });

  it('list by prefix and delimiter, page by page', async () => {
    for (const key of ['p/1/x', 'p/1/y', 'p/2/x', 'p/z', 'q']) await put(key, '.');
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await twin.s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'p/', Delimiter: '/', MaxKeys: 1, ContinuationToken }),
      );
      seen.push(
        ...(page.CommonPrefixes ?? []).map(each => each.Prefix!),
        ...(page.Contents ?? []).map(each => each.Key!),
      );
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen).toEqual(['p/1/', 'p/2/', 'p/z']);
  });
});

describe('many at once', () => {
  it('DeleteObjects tells per key what it did not delete', async () => {
    const { ETag } = await put('a', '1');
    await put('b', '2');
    const answer = await twin.s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [
            { Key: 'a', ETag },
            { Key: 'b', ETag: '"0"' },
          ],
        },
      }),
    );
    expect(answer.Deleted?.map(each => each.Key)).toEqual(['a']);
    expect(answer.Errors?.map(each => [each.Key, each.Code])).toEqual([['b', 'PreconditionFailed']]);
    expect(await text('b')).toBe('2');
  });

  it('a multipart upload has its parts in order, S3’s ETag and a full-object checksum', async () => {
    const at = { Bucket, Key: 'big' };
    const first = Buffer.alloc(5 * 1024 * 1024, 'a');
    const { UploadId } = await twin.s3.send(
      new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
    );
    const Parts = [];
    for (const [index, Body] of [first, Buffer.from('tail')].entries()) {
      const part = await twin.s3.send(
        new UploadPartCommand({ ...at, UploadId, PartNumber: index + 1, Body, ChecksumAlgorithm: 'CRC32' }),
      );
      Parts.push({ PartNumber: index + 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
    }
    const swapped = twin.s3.send(
      new CompleteMultipartUploadCommand({
        ...at,
        UploadId,
        MultipartUpload: { Parts: [...Parts].reverse() },
      }),
    );
    expect(await failure(swapped)).toBe('InvalidPartOrder 400');
    const done = await twin.s3.send(
      new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }),
    );
    expect(done.ETag).toMatch(/-2"$/);
    expect(done.ChecksumType).toBe('FULL_OBJECT');
    expect(await text('big', { Range: 'bytes=5242878-' })).toBe('aatail');
  });
});
