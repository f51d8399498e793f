import {
  CopyObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  type Tier,
} from '@aws-sdk/client-s3';
import { failure, startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'archive';
const hour = 3600;
const day = 24 * hour;
const { twin, text, head } = oneBucket(Bucket);

const put = (Key: string, StorageClass: 'GLACIER' | 'DEEP_ARCHIVE' | 'STANDARD') =>
  twin.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'cold', StorageClass }));
const restore = async (Key: string, tier?: Tier, Days = 2) => {
  const answer = await twin.s3.send(
    new RestoreObjectCommand({
      Bucket,
      Key,
      RestoreRequest: { Days, ...(tier ? { GlacierJobParameters: { Tier: tier } } : {}) },
    }),
  );
  return answer.$metadata.httpStatusCode;
};

it.each([
  ['GLACIER', 'Expedited', 5 * 60],
  ['GLACIER', 'Standard', 5 * hour],
  ['GLACIER', 'Bulk', 12 * hour],
  ['DEEP_ARCHIVE', 'Standard', 12 * hour],
  ['DEEP_ARCHIVE', 'Bulk', 48 * hour],
] as const)(
  'an object in %s is readable after a restore by %s has had its time',
  async (kind, tier, seconds) => {
    await put('k', kind);
    expect(await failure(text('k'))).toBe('InvalidObjectState 403');
    expect((await head('k')).Restore).toBeUndefined();
    expect(await restore('k', tier)).toBe(202);
    await twin.ahead(seconds - 30);
    expect([await failure(text('k')), (await head('k')).Restore]).toEqual([
      'InvalidObjectState 403',
      'ongoing-request="true"',
    ]);
    await twin.ahead(seconds + 1);
    expect(await text('k')).toBe('cold');
    const { Restore, StorageClass } = await head('k');
    expect([Restore?.startsWith('ongoing-request="false", expiry-date="'), StorageClass]).toEqual([
      true,
      kind,
    ]);
  },
);

it('the copy goes at the midnight after its days, and must be restored again', async () => {
  await put('k', 'GLACIER');
  await restore('k', 'Expedited', 3);
  await twin.ahead(10 * 60);
  const expiry = /expiry-date="(.+)"/.exec((await head('k')).Restore ?? '')?.[1] ?? '';
  expect(expiry).toMatch(/ 00:00:00 GMT$/);
  const left = (Date.parse(expiry) - Date.now()) / 1000;
  expect([left >= 3 * day, left <= 4 * day + 10 * 60]).toEqual([true, true]);
  await twin.ahead(left - 60);
  expect(await text('k')).toBe('cold');
  await twin.ahead(left + 60);
  expect([await failure(text('k')), (await head('k')).Restore]).toEqual([
    'InvalidObjectState 403',
    undefined,
  ]);
  expect(await restore('k', 'Expedited')).toBe(202);
});

it('a restored copy is extended with 200, at once', async () => {
  await put('k', 'GLACIER');
  await restore('k', 'Expedited', 1);
  await twin.ahead(10 * 60);
  const before = (await head('k')).Restore;
  expect(await restore('k', 'Bulk', 20)).toBe(200);
  expect([await text('k'), (await head('k')).Restore === before]).toEqual(['cold', false]);
});

it('a second restore is refused while one runs, but for a faster tier', async () => {
  await put('k', 'GLACIER');
  await restore('k', 'Bulk');
  expect(await failure(restore('k', 'Bulk'))).toBe('RestoreAlreadyInProgress 409');
  expect(await restore('k', 'Expedited')).toBe(202);
  await twin.ahead(10 * 60);
  expect(await text('k')).toBe('cold');
});

it('is refused for what is not archived, for tiers that its class lacks, and for no days', async () => {
  await put('warm', 'STANDARD');
  await put('deep', 'DEEP_ARCHIVE');
  expect(await failure(restore('warm'))).toBe('InvalidObjectState 403');
  expect(await failure(restore('deep', 'Expedited'))).toBe('InvalidRequest 400');
  expect(await failure(restore('deep', 'Bulk', 0))).toBe('MalformedXML 400');
  expect(await failure(restore('nobody'))).toBe('NoSuchKey 404');
});

it('copies read from an archive only what is restored', async () => {
  await put('k', 'DEEP_ARCHIVE');
  const copy = () => twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'warm', CopySource: `${Bucket}/k` }));
  expect(await failure(copy())).toBe('ObjectNotInActiveTierError 403');
  await restore('k');
  await twin.ahead(13 * hour);
  await copy();
  expect(await text('warm')).toBe('cold');
});

it('belongs to a version, survives a restart, and shows in listings that ask for it', async () => {
  await twin.s3.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  const { VersionId } = await put('k', 'GLACIER');
  await restore('k', 'Expedited');
  await put('k', 'GLACIER');
  const again = await startS3(twin.root);
  await again.ahead(10 * 60);
  const old = await again.s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }));
  expect(await old.Body?.transformToString()).toBe('cold');
  expect(await failure(again.s3.send(new GetObjectCommand({ Bucket, Key: 'k' })))).toBe(
    'InvalidObjectState 403',
  );
  await again.stop();
  await restore('k', 'Standard');
  const { Contents } = await twin.s3.send(
    new ListObjectsV2Command({ Bucket, OptionalObjectAttributes: ['RestoreStatus'] }),
  );
  expect(Contents?.[0]?.RestoreStatus?.IsRestoreInProgress).toBe(true);
});
