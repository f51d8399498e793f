import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { s3Store } from '../../../lib/aws/store.ts';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../../lib/aws/wire/store.ts';
import { part } from '../../../lib/contract/list/bytes.ts';
import { Lines } from '../../../lib/contract/list/lines.ts';
import type { Store } from '../../../lib/contract/ports/ports.ts';
import { hasBytes } from '../../../lib/contract/ports/same-bytes.ts';
import { runs } from '../../helpers/runs.ts';
import { keys, startS3 } from '../../twin/s3/helper.ts';

let twin: Awaited<ReturnType<typeof startS3>>;
let folder: string;
let store: Store;

beforeAll(async () => {
  twin = await startS3();
  folder = await mkdtemp(join(tmpdir(), 'wire-'));
  await twin.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  store = open();
});
afterAll(async () => {
  twin.s3.destroy();
  await twin.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = (more: { secretAccessKey?: string; partBytes?: number } = {}): Store =>
  wireStore({
    bucket: 'bucket',
    region: 'us-east-1',
    endpoint: twin.url,
    credentials: fixedKeys({ ...keys, ...more }),
    ...(more.partBytes === undefined ? {} : { partBytes: more.partBytes }),
  });
const sdkStore = (): Store => s3Store({ region: 'us-east-1', url: twin.url, credentials: keys }, 'bucket');
const listed = async (
  prefix: string,
  options?: { startAfter?: string; limit?: number },
): Promise<string[]> => {
  const found: string[] = [];
  for await (const object of store.list(prefix, options)) found.push(object.key);
  return found;
};

it('reads what the SDK wrote, whole and by range, and the SDK reads what it wrote', async () => {
  await twin.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'sdk', Body: '0123456789' }));
  expect((await store.get('sdk'))?.toString()).toBe('0123456789');
  expect((await store.get('sdk', [2, 5]))?.toString()).toBe('234');
  expect(await store.put('wire', 'hello', { contentType: 'text/plain' })).toBe(true);
  const read = await twin.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'wire' }));
  expect([await read.Body?.transformToString(), read.ContentType]).toEqual(['hello', 'text/plain']);
});

it('answers undefined for what is not there', async () => {
  expect(await store.get('nothing')).toBeUndefined();
  expect(await store.head('nothing')).toBeUndefined();
});

it('tells size and etag of what is there', async () => {
  await store.put('sized', 'twelve bytes');
  const etag = `"${createHash('md5').update('twelve bytes').digest('hex')}"`;
  expect(await store.head('sized')).toMatchObject({ key: 'sized', size: 12, etag });
});

it('lets only the first conditional write through', async () => {
  expect(await store.put('once', 'first', { ifNoneMatch: true })).toBe(true);
  expect(await store.put('once', 'second', { ifNoneMatch: true })).toBe(false);
  expect((await store.get('once'))?.toString()).toBe('first');
});

it.each(['the small client', 'the SDK'])(
  'what is not all in memory is written whole, once, and known again: %s',
  async which => {
    const client = which === 'the SDK' ? sdkStore() : store;
    const body = randomBytes(5_000_001);
    const bytes = new Lines(0);
    bytes.append(body);
    const key = `streamed by ${which}`;
    expect(await client.put(key, bytes, { ifNoneMatch: true })).toBe(true);
    expect((await store.get(key))?.equals(body)).toBe(true);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    expect(await store.head(key)).toMatchObject({ size: body.length, etag });
    expect(await client.put(key, bytes, { ifNoneMatch: true })).toBe(false);
    expect(await hasBytes(client, key, bytes)).toBe(true);
    const other = new Lines(0);
    other.append(Buffer.concat([body.subarray(1), body.subarray(0, 1)]));
    expect([
      await hasBytes(client, key, other),
      await hasBytes(client, key, part(bytes, 1)),
      await hasBytes(client, 'nothing', bytes),
    ]).toEqual([false, false, undefined]);
  },
);

it('keeps any key through a write, a read and a listing', async () => {
  const segment = fc.oneof(
    fc.constantFrom('..', '.', 'a b', 'a+b', 'é', '日本', '%2F', "it's", 'a&b<c>"d"', '~', '100%'),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter(text => !/[\u0000\uFFFE\uFFFF/]/.test(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 3 }), async segments => {
      const key = `any/${segments.join('/')}`;
      await store.put(key, key);
      expect((await store.get(key))?.toString()).toBe(key);
      expect(await listed(key)).toContain(key);
    }),
    { numRuns: runs(150) },
  );
});

it('lists in pages, from a key on, up to a limit', async () => {
  const names = Array.from({ length: 1005 }, (_, index) => `pages/${String(index).padStart(4, '0')}`);
  // The twin's objects are files.
  mkdirSync(join(twin.root, 'bucket', 'pages'));
  for (const name of names) writeFileSync(join(twin.root, 'bucket', name), '');
  expect(await listed('pages/')).toEqual(names);
  expect(await listed('pages/', { startAfter: 'pages/0999' })).toEqual(names.slice(1000));
  expect(await listed('pages/', { limit: 3 })).toEqual(names.slice(0, 3));
});

it('carries a file up and down again, empty or not', async () => {
  for (const body of [Buffer.alloc(0), randomBytes(300_000)]) {
    await writeFile(join(folder, 'up'), body);
    expect((await store.upload(join(folder, 'up'), 'file')).size).toBe(body.length);
    expect((await store.download('file', join(folder, 'deep/er/down'))).size).toBe(body.length);
    expect((await readFile(join(folder, 'deep/er/down'))).equals(body)).toBe(true);
  }
  expect(await readdir(join(folder, 'deep/er'))).toEqual(['down']);
});

it('uploads a large file in parts, in their order', async () => {
  const body = randomBytes(17 * 1024 * 1024 + 3);
  await writeFile(join(folder, 'large'), body);
  const info = await open({ partBytes: 5 * 1024 * 1024 }).upload(join(folder, 'large'), 'large');
  expect(info).toMatchObject({ size: body.length, etag: expect.stringMatching(/-4"$/) });
  expect((await store.get('large'))?.equals(body)).toBe(true);
});

it('is refused with the code of S3 when it signs with a wrong key', async () => {
  await expect(open({ secretAccessKey: 'wrong' }).get('sdk')).rejects.toMatchObject({
    code: 'SignatureDoesNotMatch',
    status: 403,
  });
});

it('folders are what is directly below a prefix, whatever they hold, by either client', async () => {
  for (const key of ['f/b/1', 'f/b/2', 'f/a b/1', 'f/alone', 'g/c/1']) await store.put(key, 'x');
  const sdk = sdkStore();
  for (const each of [store, sdk]) {
    const found: string[] = [];
    for await (const folder of each.folders('f/')) found.push(folder);
    expect(found).toEqual(['f/a b/', 'f/b/']);
  }
});
