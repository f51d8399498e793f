import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { failure, startS3 } from './helper.ts';
import { outcome, sendRaw } from './raw.ts';

const Bucket = 'data';
let twin: Awaited<ReturnType<typeof startS3>>;
const problems: unknown[] = [];
beforeEach(async () => {
  problems.length = 0;
  twin = await startS3(undefined, error => problems.push(error));
  await twin.s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => twin.stop());

const put = (Key: string, more: object = {}) =>
  twin.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key, ...more }));

describe('a bucket’s name', () => {
  it.each([
    'ab',
    'Abc',
    'a_b',
    'a..b',
    '-ab',
    'a'.repeat(64),
    '192.168.5.4',
    'xn--abc',
    'sthree-abc',
    'amzn-s3-demo-abc',
    'abc-s3alias',
    'abc--ol-s3',
    'abc.mrap',
    'abc--x-s3',
    'abc--table-s3',
  ])('is not %s', async name => {
    expect(outcome(await sendRaw(twin.url, { method: 'PUT', path: `/${name}` }))).toBe(
      'InvalidBucketName 400',
    );
  });

  it('is that of no folder that cannot be one', async () => {
    await mkdir(join(twin.root, 'Not a bucket'));
    const { Buckets = [] } = await twin.s3.send(new ListBucketsCommand({}));
    expect(Buckets.map(each => each.Name)).toEqual([Bucket]);
  });
});

describe('a bucket of a name that was used before', () => {
  const begin = () => twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
  const uploads = async () =>
    (await twin.s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0;

  it('has none of the uploads that went with it', async () => {
    const { UploadId } = await begin();
    await twin.s3.send(new DeleteBucketCommand({ Bucket }));
    await twin.s3.send(new CreateBucketCommand({ Bucket }));
    expect(await uploads()).toBe(0);
    const part = { Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'x' };
    expect(await failure(twin.s3.send(new UploadPartCommand(part)))).toBe('NoSuchUpload 404');
  });

  it('has nothing of one whose folder went by hand, and keeps what is put then', async () => {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    for (const Key of ['a', 'a', 'b']) await put(Key);
    await rm(join(twin.root, Bucket), { recursive: true });
    expect(await failure(put('a'))).toBe('NoSuchBucket 404');
    await twin.s3.send(new CreateBucketCommand({ Bucket }));
    expect((await twin.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const { Versions = [], DeleteMarkers = [] } = await twin.s3.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    expect([...Versions, ...DeleteMarkers]).toEqual([]);
    await put('new', { Metadata: { of: 'now' } });
    await twin.close();
    const again = await startS3(twin.root);
    const { Metadata } = await again.s3.send(new GetObjectCommand({ Bucket, Key: 'new' }));
    expect(Metadata).toEqual({ of: 'now' });
    await again.close();
  });

  it('is made once by those who make it at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () =>
        failure(twin.s3.send(new CreateBucketCommand({ Bucket: 'lock', ObjectLockEnabledForBucket: true }))),
      ),
    );
    expect(new Set(made)).toEqual(new Set(['no error']));
    expect((await twin.s3.send(new GetBucketVersioningCommand({ Bucket: 'lock' }))).Status).toBe('Enabled');
  });
});

it('a bucket that is removed while others write goes whole or stays whole', async () => {
  const ends = new Set<string>();
  for (let round = 0; round < 30; round++) {
    const name = `race-${round}`;
    await twin.s3.send(new CreateBucketCommand({ Bucket: name }));
    await put('x/y', { Bucket: name });
    await twin.s3.send(new DeleteObjectCommand({ Bucket: name, Key: 'x/y' }));
    const writes = ['d/1', 'd/2', 'e'].map(Key => failure(put(Key, { Bucket: name })));
    const removed = failure(twin.s3.send(new DeleteBucketCommand({ Bucket: name })));
    const written = await Promise.all(writes);
    ends.add(await removed);
    const stored = written.filter(each => each === 'no error').length;
    const left = await twin.s3.send(new ListObjectsV2Command({ Bucket: name })).then(
      each => each.KeyCount,
      error => error.name,
    );
    expect(left).toBe((await removed) === 'no error' ? 'NoSuchBucket' : stored);
    for (const each of written) expect(['no error', 'NoSuchBucket 404']).toContain(each);
  }
  for (const each of ends) expect(['no error', 'BucketNotEmpty 409']).toContain(each);
  expect(problems).toEqual([]);
});

describe('listings', () => {
  const list = async (query: Record<string, string>) =>
    outcome(await sendRaw(twin.url, { path: '/data', query }));

  it.each(['', 'versions', 'uploads'])('refuse what is no encoding and no count: %s', async kind => {
    const what = kind ? { [kind]: '' } : {};
    const count = kind === 'uploads' ? 'max-uploads' : 'max-keys';
    expect(await list({ ...what, 'encoding-type': 'base64' })).toBe('InvalidArgument 400');
    for (const text of ['-1', 'many', '1.5', '2147483648'])
      expect(await list({ ...what, [count]: text })).toBe('InvalidArgument 400');
    expect(await list({ ...what, [count]: '2147483647', 'encoding-type': 'url' })).toBe('200');
  });

  it('of no entries at all lead nowhere, though there are some', async () => {
    await put('k');
    const { UploadId } = await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'u' }));
    await twin.s3.send(new UploadPartCommand({ Bucket, Key: 'u', UploadId, PartNumber: 1, Body: 'x' }));
    const none = [
      await twin.s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 0 })),
      await twin.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 })),
      await twin.s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 0 })),
      await twin.s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 0 })),
      await twin.s3.send(new ListPartsCommand({ Bucket, Key: 'u', UploadId, MaxParts: 0 })),
    ];
    expect(none.map(each => each.IsTruncated)).toEqual(none.map(() => false));
  });

  it('of uploads go on from one that is gone', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 6; index++) {
      const { UploadId = '' } = await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
      ids.push(UploadId);
    }
    const page = async (more: object) =>
      twin.s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 2, ...more }));
    const seen: (string | undefined)[] = [];
    for (let KeyMarker: string | undefined, UploadIdMarker: string | undefined; ; ) {
      const { Uploads = [], ...rest } = await page({ KeyMarker, UploadIdMarker });
      seen.push(...Uploads.map(each => each.UploadId));
      const last = Uploads.at(-1)?.UploadId;
      await twin.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId: last }));
      if (!rest.IsTruncated) break;
      KeyMarker = rest.NextKeyMarker;
      UploadIdMarker = rest.NextUploadIdMarker;
    }
    expect(seen).toEqual(ids);
  });
});

it('files by hand that look like our escapes and are none have their own names for keys', async () => {
  await put('a/');
  const names = ['%~', '%~%zz', '%~plain', 'b'.repeat(250)];
  for (const name of names) await writeFile(join(twin.root, Bucket, name), name);
  const { Contents = [] } = await twin.s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents.map(each => each.Key).sort()).toEqual([...names, 'a/'].sort());
  for (const Key of names) {
    const { Body } = await twin.s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe(Key);
    await twin.s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }
  await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/' }));
  expect(await failure(twin.s3.send(new DeleteBucketCommand({ Bucket })))).toBe('no error');
});
