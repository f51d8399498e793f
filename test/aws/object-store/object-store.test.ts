import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../../lib/aws/wire/object-store.ts';
import { isStoreError, type ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { keys, startS3 } from '../../twin/s3/helper.ts';

let twin: Awaited<ReturnType<typeof startS3>>;
const storeOf = (bucket: string): ObjectStore =>
  objectStore({
    bucket,
    region: 'us-east-1',
    endpoint: twin.url,
    credentials: fixedKeys(keys),
    idleMs: 1000,
  });
let plain: ObjectStore;
let versioned: ObjectStore;
beforeAll(async () => {
  twin = await startS3();
  for (const Bucket of ['plain', 'versioned']) await twin.s3.send(new CreateBucketCommand({ Bucket }));
  await twin.s3.send(
    new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  plain = storeOf('plain');
  versioned = storeOf('versioned');
});
afterAll(() => twin.stop());

const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    error => (isStoreError(error) ? error.code : String(error)),
  );
const all = async <T>(list: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
};
const wild = 'a b+c%2B//é/é/日本/\n\t\u0001&<>"\'/..;x/';

it('reads an object, a part of it and nothing into memory, each byte seen once', async () => {
  const body = randomBytes(3_000_000);
  await plain.put(wild, body);
  const target = Buffer.alloc(body.length);
  const hash = createHash('sha256');
  const info = await plain.readInto(wild, target, { onBytes: bytes => hash.update(bytes) });
  expect(target.equals(body)).toBe(true);
  expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'));
  expect(info).toMatchObject({ key: wild, size: body.length, storageClass: 'STANDARD' });
  expect(info.checksums.SHA256).toBe(createHash('sha256').update(body).digest('base64'));
  const part = Buffer.alloc(1000);
  const partInfo = await plain.readInto(wild, part, { from: 12_345, ifMatch: info.etag });
  expect(part.equals(body.subarray(12_345, 13_345))).toBe(true);
  expect(partInfo.size).toBe(body.length);
  await plain.put('empty', '');
  expect((await plain.readInto('empty', Buffer.alloc(0), {})).size).toBe(0);
});

it('names what S3 refuses: another ETag, no object, another length', async () => {
  await plain.put('one', 'hello');
  const target = Buffer.alloc(5);
  expect(await code(plain.readInto('one', target, { ifMatch: '"other"' }))).toBe('PreconditionFailed');
  expect(await code(plain.readInto('none', target, {}))).toBe('NoSuchKey');
  expect(await code(plain.stream('one', { ifMatch: '"other"' }))).toBe('PreconditionFailed');
  expect(await plain.look('none')).toBeUndefined();
});

it('an upload by parts has the CRC-32 of the whole, its tags and class, and never replaces another', async () => {
  const [a, b] = [randomBytes(5 * 1024 * 1024), randomBytes(100)];
  const whole = { size: a.length + b.length, crc32: crc32(b, crc32(a)) };
  const make = async () => {
    const writer = await plain.begin('tar', {
      storageClass: 'GLACIER_IR',
      tags: { verified: 'no', 'a b': 'c+d' },
    });
    await Promise.all([writer.part(2, b, crc32(b)), writer.part(1, a, crc32(a))]);
    return writer;
  };
  const [first, second] = [await make(), await make()];
  expect((await all(plain.uploads('t'))).map(each => each.key)).toEqual(['tar', 'tar']);
  const made = await first.complete(whole);
  expect(made).toMatchObject({ created: true, object: { size: whole.size, storageClass: 'GLACIER_IR' } });
  expect(await second.complete(whole)).toMatchObject({ created: false, object: { etag: made.object.etag } });
  await second.abort();
  await second.abort();
  expect(await all(plain.uploads(''))).toEqual([]);
  expect(await plain.tags('tar')).toEqual({ verified: 'no', 'a b': 'c+d' });
  await plain.tag('tar', { verified: 'yes' });
  expect(await plain.tags('tar')).toEqual({ verified: 'yes' });
  expect(await plain.attributes('tar')).toMatchObject({ size: whole.size, checksums: made.object.checksums });
});

it('a part whose CRC-32 is not that of its bytes is refused, and so is a whole', async () => {
  const writer = await plain.begin('wrong');
  const body = randomBytes(1000);
  expect(await code(writer.part(1, body, 1))).toBe('BadDigest');
  await writer.part(1, body, crc32(body));
  expect(await code(writer.complete({ size: 1000, crc32: 1 }))).toBe('BadDigest');
  expect(await plain.look('wrong')).toBeUndefined();
  await writer.abort();
});

it('deletes by ETag alone, key by key, and says what became of each', async () => {
  const keysOf = ['delete/kept', 'delete/x', 'delete/\u0001hostile', 'delete/&\r\n"'];
  for (const key of keysOf) await plain.put(key, key);
  const entries = await Promise.all(keysOf.map(async key => ({ key, etag: (await plain.look(key))!.etag })));
  await plain.put('delete/kept', 'changed since');
  expect(await plain.deleteMany([...entries, { key: 'delete/none', etag: '"e"' }])).toEqual([
    { key: 'delete/kept', outcome: 'changed' },
    { key: 'delete/x', outcome: 'deleted' },
    { key: 'delete/\u0001hostile', outcome: 'deleted' },
    { key: 'delete/&\r\n"', outcome: 'deleted' },
    { key: 'delete/none', outcome: 'gone' },
  ]);
  expect((await all(plain.list('delete/'))).map(each => each.key)).toEqual(['delete/kept']);
});

it('lists versions and markers, reads an old one, and deletes one for good', async () => {
  await versioned.put(wild, 'one');
  await versioned.put(wild, 'two');
  const etag = (await versioned.look(wild))!.etag;
  await versioned.put('z', 'z');
  expect(await versioned.deleteMany([{ key: wild, etag }])).toEqual([{ key: wild, outcome: 'deleted' }]);
  const found = await all(versioned.versions(''));
  expect(found.map(each => [each.key, each.isLatest, each.isDeleteMarker, each.size])).toEqual([
    [wild, true, true, 0],
    [wild, false, false, 3],
    [wild, false, false, 3],
    ['z', true, false, 1],
  ]);
  const target = Buffer.alloc(3);
  await versioned.readInto(wild, target, { versionId: found[2]!.versionId });
  expect(target.toString()).toBe('one');
  await versioned.deleteVersion(wild, found[2]!.versionId);
  expect(await all(versioned.versions(wild))).toHaveLength(2);
});

it('pages through more versions than a page holds', async () => {
  await twin.s3.send(new CreateBucketCommand({ Bucket: 'pages' }));
  const pages = storeOf('pages');
  // The twin's objects are files.
  const folder = join(twin.root, 'pages', 'k');
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 1101; i++) writeFileSync(join(folder, String(i).padStart(4, '0')), '');
  expect(await all(pages.versions('k/'))).toHaveLength(1101);
  expect(await all(pages.versions('k/', { startAfter: 'k/1098', limit: 1 }))).toHaveLength(1);
});

it('an archived object is asked for, waited for and read; a copy has a class and never replaces another', async () => {
  await twin.s3.send(
    new PutObjectCommand({ Bucket: 'plain', Key: 'cold', Body: 'ice', StorageClass: 'DEEP_ARCHIVE' }),
  );
  const target = Buffer.alloc(3);
  expect(await code(plain.readInto('cold', target, {}))).toBe('InvalidObjectState');
  expect(await plain.restore('cold', { tier: 'Bulk', days: 2 })).toBe('requested');
  expect(await plain.restore('cold', { tier: 'Bulk', days: 2 })).toBe('in-progress');
  expect((await plain.look('cold'))?.restore).toEqual({ ongoing: true });
  await twin.ahead(49 * 3600);
  expect((await plain.look('cold'))?.restore?.ongoing).toBe(false);
  await plain.readInto('cold', target, {});
  expect(target.toString()).toBe('ice');
  const { etag } = (await plain.look('cold'))!;
  const copy = { ifMatch: etag, ifNoneMatch: true, storageClass: 'STANDARD_IA', tags: { a: 'b' } };
  await plain.copy({ bucket: 'plain', key: 'cold' }, wild.slice(0, 20), copy);
  expect(await plain.look(wild.slice(0, 20))).toMatchObject({ storageClass: 'STANDARD_IA', size: 3 });
  expect(await code(plain.copy({ bucket: 'plain', key: 'cold' }, wild.slice(0, 20), copy))).toBe(
    'PreconditionFailed',
  );
  expect(await code(plain.copy({ bucket: 'plain', key: 'cold' }, 'other', { ifMatch: '"x"' }))).toBe(
    'PreconditionFailed',
  );
});
