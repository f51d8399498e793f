import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { joinPieces, keyToAsidePath, keyToPath, pathToKey } from '../../../lib/twin/s3/key-path.ts';
import { startS3 } from './helper.ts';

const Bucket = 'data';
const fiveMiB = Buffer.alloc(5 * 1024 * 1024, 'a');
let twin: Awaited<ReturnType<typeof startS3>>;
beforeEach(async () => {
  twin = await startS3();
  await twin.s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => twin.stop());

const put = (Key: string, Body: string | Buffer, rest: object = {}) =>
  twin.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...rest }));
const get = (Key: string, rest: object = {}) => twin.s3.send(new GetObjectCommand({ Bucket, Key, ...rest }));
const text = async (Key: string, rest: object = {}) => (await get(Key, rest)).Body?.transformToString();
const head = (Key: string) => twin.s3.send(new HeadObjectCommand({ Bucket, Key }));
const keys = async (rest: object = {}) =>
  ((await twin.s3.send(new ListObjectsV2Command({ Bucket, ...rest }))).Contents ?? []).map(each => each.Key);
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    error => `${error.name} ${error.$metadata?.httpStatusCode}`,
  );
const begin = async (Key: string, rest: object = {}) =>
  (await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...rest }))).UploadId;
const part = (Key: string, UploadId: string | undefined, PartNumber: number, Body: string | Buffer) =>
  twin.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
const finish = (Key: string, UploadId: string | undefined, Parts: object[], rest: object = {}) =>
  twin.s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...rest }),
  );

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

describe('conditions', () => {
  it('of a read answer 304 or 412 as S3 does', async () => {
    const { ETag } = await put('k', 'x');
    const earlier = new Date(Date.now() - 3_600_000);
    const later = new Date(Date.now() + 3_600_000);
    expect(await failure(get('k', { IfNoneMatch: ETag }))).toMatch(/304$/);
    expect(await failure(get('k', { IfModifiedSince: later }))).toMatch(/304$/);
    expect(await failure(get('k', { IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    expect(await failure(get('k', { IfUnmodifiedSince: earlier }))).toBe('PreconditionFailed 412');
    expect(await text('k', { IfMatch: ETag, IfUnmodifiedSince: earlier })).toBe('x');
    expect(await text('k', { IfNoneMatch: '"other"', IfModifiedSince: later })).toBe('x');
  });

  it('of a write: If-Match wants the object and its ETag', async () => {
    expect(await failure(put('k', 'x', { IfMatch: '"a"' }))).toBe('NoSuchKey 404');
    const { ETag } = await put('k', 'x');
    expect(await failure(put('k', 'y', { IfMatch: '"a"' }))).toBe('PreconditionFailed 412');
    const tries = await Promise.all(
      ['1', '2', '3', '4'].map(body => failure(put('k', body, { IfMatch: ETag }))),
    );
    expect(tries.filter(each => each === 'no error')).toHaveLength(1);
  });
});

describe('what S3 refuses, so does the twin', () => {
  it('a key of 1,025 bytes, and takes one of 1,024', async () => {
    expect(await failure(put('k'.repeat(1025), 'x'))).toBe('KeyTooLongError 400');
    await put('k'.repeat(1024), 'x');
    expect(await text('k'.repeat(1024))).toBe('x');
  });

  it('keys of the client’s own for the encryption, which S3 takes over TLS only', async () => {
    const own = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) };
    expect(await failure(put('k', 'x', own))).toBe('InvalidRequest 400');
    expect(await failure(get('k'))).toBe('NoSuchKey 404');
  });

  it('a head over 8 KB', async () => {
    expect(await failure(put('k', 'x', { ContentDisposition: 'x'.repeat(8192) }))).toBe(
      'RequestHeaderSectionTooLarge 400',
    );
  });

  it('metadata over 2 KB', async () => {
    expect(await failure(put('k', 'x', { Metadata: { a: 'x'.repeat(2048) } }))).toBe('MetadataTooLarge 400');
    expect(await failure(put('k', 'x', { Metadata: { a: 'x'.repeat(2047) } }))).toBe('no error');
  });

  it('a wrong Content-MD5, leaving what was there', async () => {
    await put('k', 'old');
    const md5 = createHash('md5').update('other').digest('base64');
    expect(await failure(put('k', 'new', { ContentMD5: md5 }))).toBe('BadDigest 400');
    expect(await text('k')).toBe('old');
  });

  it('a copy of an object onto itself that changes nothing', async () => {
    await put('k', 'x');
    const copy = (rest: object) =>
      twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource: `${Bucket}/k`, ...rest }));
    expect(await failure(copy({}))).toBe('InvalidRequest 400');
    await copy({ MetadataDirective: 'REPLACE', Metadata: { new: 'yes' } });
    expect((await head('k')).Metadata).toEqual({ new: 'yes' });
  });

  it('reads from the archive classes', async () => {
    await put('cold', 'x', { StorageClass: 'DEEP_ARCHIVE' });
    expect(await failure(get('cold'))).toBe('InvalidObjectState 403');
    expect((await head('cold')).StorageClass).toBe('DEEP_ARCHIVE');
  });
});

describe('streams', () => {
  it('of many chunks arrive whole, up and down', async () => {
    const pieces = Array.from({ length: 40 }, () => randomBytes(100_000));
    const whole = Buffer.concat(pieces);
    await put('big', Readable.from(pieces) as unknown as Buffer, { ContentLength: whole.length });
    const back = await (await get('big')).Body?.transformToByteArray();
    expect(Buffer.compare(Buffer.from(back ?? []), whole)).toBe(0);
    expect((await head('big')).ETag).toBe(`"${createHash('md5').update(whole).digest('hex')}"`);
  });

  it('of a read keep to the version they began with', async () => {
    const old = Buffer.alloc(8 * 1024 * 1024, 'o');
    await put('k', old);
    const reading = await get('k');
    await put('k', Buffer.alloc(8 * 1024 * 1024, 'n'));
    const back = Buffer.from((await reading.Body?.transformToByteArray()) ?? []);
    expect(Buffer.compare(back, old)).toBe(0);
  });

  it('leave nothing behind in the waiting room', async () => {
    await put('k', 'x');
    await failure(put('k', 'y', { IfNoneMatch: '*' }));
    await failure(put('k', 'y', { ContentMD5: createHash('md5').update('other').digest('base64') }));
    const waiting = (await readdir(join(twin.root, '.meta'))).filter(name => name.startsWith('.incoming'));
    expect(waiting).toEqual([]);
  });

  it('of writes and deletes in one folder do not trip over each other', async () => {
    const work = Array.from({ length: 60 }, async (_, i) => {
      await put(`dir/sub/${i % 6}`, String(i));
      await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: `dir/sub/${(i + 1) % 6}` }));
    });
    await Promise.all(work);
    for (const key of await keys()) await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
    expect(await readdir(join(twin.root, Bucket))).toEqual([]);
  });
});

describe('metadata', () => {
  it('that is not ASCII comes back as S3 sends it', async () => {
    await put('k', 'x', { Metadata: { name: 'Zoë' } });
    expect((await head('k')).Metadata?.name).toBe('=?UTF-8?B?Wm/Dqw==?=');
  });

  it('survives a kill between the file and its record', async () => {
    await put('k', 'first', { Metadata: { version: '1' } });
    await put('k', 'second', { Metadata: { version: '2' } });
    await twin.close();
    // The moment in which the file is in its place and its record is announced only.
    const records = join(twin.root, '.meta', `${Bucket}.log`);
    const lines = (await readFile(records, 'utf8')).trimEnd().split('\n');
    expect(lines.pop()).toBe('{"settled":"k"}');
    await writeFile(records, `${lines.join('\n')}\n`);
    const again = await startS3(twin.root);
    const after = await again.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    await again.stop();
    expect(after.Metadata).toEqual({ version: '2' });
  });

  it('is lost with records that cannot be read, but never the object', async () => {
    await put('k', 'bytes', { Metadata: { a: '1' } });
    await twin.close();
    await writeFile(join(twin.root, '.meta', `${Bucket}.log`), '{');
    const again = await startS3(twin.root);
    const after = await again.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    await again.stop();
    expect([after.Metadata, after.ContentLength]).toEqual([{}, 5]);
  });
});

describe('files put in or taken away by hand', () => {
  it('are listed and not listed at once', async () => {
    await put('a/1', 'x');
    expect(await keys()).toEqual(['a/1']);
    await mkdir(join(twin.root, Bucket, 'b'), { recursive: true });
    await writeFile(join(twin.root, Bucket, 'b', '2'), 'hello');
    await writeFile(join(twin.root, Bucket, 'b', 'y'.repeat(220)), 'long');
    await rm(join(twin.root, Bucket, 'a'), { recursive: true });
    expect(await keys()).toEqual(['b/2', `b/${'y'.repeat(220)}`]);
    expect(await keys({ Prefix: 'b/2' })).toEqual(['b/2']);
    expect(await text(`b/${'y'.repeat(220)}`)).toBe('long');
    expect(await failure(get('a/1'))).toBe('NoSuchKey 404');
  });

  it('show in listings with their own size and ETag when they were edited', async () => {
    await put('k', 'before');
    await writeFile(join(twin.root, Bucket, 'k'), 'after it');
    await utimes(join(twin.root, Bucket, 'k'), new Date(), new Date(Date.now() - 5000));
    const { Contents } = await twin.s3.send(new ListObjectsV2Command({ Bucket }));
    const md5 = createHash('md5').update('after it').digest('hex');
    expect(Contents?.map(each => [each.Size, each.ETag])).toEqual([[8, `"${md5}"`]]);
  });
});

describe('listing', () => {
  it('of version 1 goes on by marker', async () => {
    for (const key of ['a', 'b', 'c']) await put(key, 'x');
    const first = await twin.s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));
    expect([first.IsTruncated, first.Contents?.map(each => each.Key)]).toEqual([true, ['a', 'b']]);
    const next = await twin.s3.send(new ListObjectsCommand({ Bucket, Marker: 'b' }));
    expect(next.Contents?.map(each => each.Key)).toEqual(['c']);
  });

  it('starts after a key, counts, and takes zero', async () => {
    for (const key of ['a', 'b', 'c']) await put(key, 'x');
    expect(await keys({ StartAfter: 'a' })).toEqual(['b', 'c']);
    const none = await twin.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    expect([none.KeyCount, none.IsTruncated]).toEqual([0, false]);
  });

  it('orders keys above U+FFFF after all others, as their bytes are', async () => {
    for (const key of ['\u{1f600}', '\uff5e', 'z']) await put(key, 'x');
    expect(await keys()).toEqual(['z', '\uff5e', '\u{1f600}']);
  });
});

describe('key paths', () => {
  const hard = [
    'a%~/+b',
    'a%~/%~+b',
    '=\x01',
    '+\x01',
    `${'x'.repeat(181)}/+`,
    '%~',
    '%~=a',
    'a/%~=',
    '',
    './..',
    `${'é'.repeat(150)}`,
  ];

  it.each(hard)('hold %j without loss, in place and aside', key => {
    for (const path of [keyToPath(key), keyToAsidePath(key)]) {
      expect(pathToKey(joinPieces(path))).toBe(key);
      for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(path.split('/')).not.toContain('..');
    }
  });

  it('keep a long object beside the folder of its name', async () => {
    const long = 'l'.repeat(300);
    await put(long, 'object');
    await put(`${long}/below`, 'below');
    expect([await text(long), await text(`${long}/below`)]).toEqual(['object', 'below']);
    expect(await keys()).toEqual([long, `${long}/below`]);
  });

  it('never leave the bucket’s folder', async () => {
    await put('../../escape', 'x');
    expect(await text('../../escape')).toBe('x');
    await expect(stat(join(twin.root, '..', 'escape'))).rejects.toThrow();
  });
});

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
