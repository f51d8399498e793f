import {
  CopyObjectCommand,
  DeleteBucketIntelligentTieringConfigurationCommand,
  GetBucketIntelligentTieringConfigurationCommand,
  type IntelligentTieringConfiguration,
  ListBucketIntelligentTieringConfigurationsCommand,
  ListObjectsV2Command,
  PutBucketIntelligentTieringConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  RestoreObjectCommand,
  type RestoreRequest,
} from '@aws-sdk/client-s3';
import { objectStore } from '../../../lib/aws/wire/object-store.ts';
import { failure, keys, startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'tiered';
const hour = 3600;
const day = 24 * hour;
const large = Buffer.alloc(128 * 1024, 'x');
const { twin, put, get, head } = oneBucket(Bucket);

const tiers: IntelligentTieringConfiguration = {
  Id: 'all',
  Status: 'Enabled',
  Tierings: [
    { Days: 90, AccessTier: 'ARCHIVE_ACCESS' },
    { Days: 180, AccessTier: 'DEEP_ARCHIVE_ACCESS' },
  ],
};
const configure = (configuration: IntelligentTieringConfiguration = tiers) =>
  twin.s3.send(
    new PutBucketIntelligentTieringConfigurationCommand({
      ...{ Bucket, Id: configuration.Id, IntelligentTieringConfiguration: configuration },
    }),
  );
const tiered = (key: string, body = large, rest: object = {}) =>
  put(key, body, { StorageClass: 'INTELLIGENT_TIERING', ...rest });
const restore = async (Key: string, RestoreRequest: RestoreRequest = {}) =>
  (await twin.s3.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest }))).$metadata.httpStatusCode;
const by = (Tier: 'Expedited' | 'Standard' | 'Bulk') => ({ GlacierJobParameters: { Tier } });

it('a configuration comes back as it was put, is listed, and goes', async () => {
  const asked = { Bucket, Id: 'all' };
  const read = () => twin.s3.send(new GetBucketIntelligentTieringConfigurationCommand(asked));
  expect(await failure(read())).toBe('NoSuchConfiguration 404');
  const full = {
    ...tiers,
    Filter: { And: { Prefix: 'raw/', Tags: [{ Key: 'state', Value: 'done' }] } },
  };
  await configure(full);
  await configure({ ...tiers, Id: 'other', Filter: { Prefix: 'x/' } });
  expect((await read()).IntelligentTieringConfiguration).toEqual(full);
  const listed = await twin.s3.send(new ListBucketIntelligentTieringConfigurationsCommand({ Bucket }));
  expect(listed.IntelligentTieringConfigurationList?.map(({ Id }) => Id)).toEqual(['all', 'other']);
  await twin.s3.send(new DeleteBucketIntelligentTieringConfigurationCommand(asked));
  expect(await failure(read())).toBe('NoSuchConfiguration 404');
});

it.each([
  ['fewer days than S3 takes', [{ Days: 89, AccessTier: 'ARCHIVE_ACCESS' }], 'InvalidArgument 400'],
  ['fewer days for the deep tier', [{ Days: 179, AccessTier: 'DEEP_ARCHIVE_ACCESS' }], 'InvalidArgument 400'],
  ['more than two years', [{ Days: 731, AccessTier: 'ARCHIVE_ACCESS' }], 'InvalidArgument 400'],
  ['a tier that is none', [{ Days: 90, AccessTier: 'GLACIER' }], 'MalformedXML 400'],
  ['no tier', [], 'MalformedXML 400'],
])('a configuration with %s is refused', async (_what, Tierings, why) => {
  expect(await failure(configure({ ...tiers, Tierings: Tierings as never }))).toBe(why);
});

it('objects move by days without access; what is small, of another class or not meant stays', async () => {
  await configure({ ...tiers, Filter: { Prefix: 'raw/' } });
  await tiered('raw/idle');
  await tiered('raw/read');
  await tiered('raw/small', large.subarray(1));
  await tiered('other/idle');
  await put('raw/standard', large);
  await twin.ahead(60 * day);
  await (await get('raw/read')).Body?.transformToString();
  await twin.ahead(89 * day);
  // A look is no access.
  expect((await head('raw/idle')).ArchiveStatus).toBeUndefined();
  const statuses = async () => {
    const names = ['raw/idle', 'raw/read', 'raw/small', 'other/idle', 'raw/standard'];
    return Promise.all(names.map(async name => (await head(name)).ArchiveStatus ?? ''));
  };
  await twin.ahead(91 * day);
  expect(await statuses()).toEqual(['ARCHIVE_ACCESS', '', '', '', '']);
  await twin.ahead(181 * day);
  expect(await statuses()).toEqual(['DEEP_ARCHIVE_ACCESS', 'ARCHIVE_ACCESS', '', '', '']);
  // Who turns it off gets nothing back by that.
  await configure({ ...tiers, Status: 'Disabled' });
  await twin.ahead(300 * day);
  expect(await statuses()).toEqual(['DEEP_ARCHIVE_ACCESS', 'ARCHIVE_ACCESS', '', '', '']);
});

it('what a lifecycle rule brings to the class counts from that day', async () => {
  await configure();
  await put('late', large);
  const Transitions = [{ Days: 30, StorageClass: 'INTELLIGENT_TIERING' as const }];
  const Rules = [{ ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: '' }, Transitions }];
  await twin.s3.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
  );
  await twin.ahead(119 * day);
  const { ArchiveStatus, StorageClass } = await head('late');
  expect([ArchiveStatus, StorageClass]).toEqual([undefined, 'INTELLIGENT_TIERING']);
  await twin.ahead(122 * day);
  expect((await head('late')).ArchiveStatus).toBe('ARCHIVE_ACCESS');
});

it.each([
  [91, 'ARCHIVE_ACCESS', 'Expedited', 5 * 60],
  [91, 'ARCHIVE_ACCESS', 'Standard', 5 * hour],
  [91, 'ARCHIVE_ACCESS', 'Bulk', 12 * hour],
  [181, 'DEEP_ARCHIVE_ACCESS', 'Standard', 12 * hour],
  [181, 'DEEP_ARCHIVE_ACCESS', 'Bulk', 48 * hour],
] as const)('after %i days, out of %s by %s, it is back for good', async (days, status, tier, seconds) => {
  await configure();
  await tiered('k');
  await twin.ahead(days * day);
  const refused = await get('k').catch(error => error);
  expect([refused.name, refused.StorageClass, refused.AccessTier]).toEqual([
    'InvalidObjectState',
    'INTELLIGENT_TIERING',
    status,
  ]);
  expect(await restore('k', by(tier))).toBe(202);
  await twin.ahead(days * day + seconds - 30);
  const under = await head('k');
  expect([under.ArchiveStatus, under.Restore]).toEqual([status, 'ongoing-request="true"']);
  expect(await failure(get('k'))).toBe('InvalidObjectState 403');
  await twin.ahead(days * day + seconds + 1);
  const back = await head('k');
  expect([back.ArchiveStatus, back.Restore, back.StorageClass]).toEqual([
    undefined,
    undefined,
    'INTELLIGENT_TIERING',
  ]);
  expect(await (await get('k')).Body?.transformToByteArray()).toHaveLength(large.length);
  // It stays where a copy would have gone long since, and goes when it has not been read for as long again.
  await twin.ahead((days + 89) * day);
  expect((await head('k')).ArchiveStatus).toBeUndefined();
  await twin.ahead((days + 95) * day);
  expect((await head('k')).ArchiveStatus).toBe('ARCHIVE_ACCESS');
});

it('a restore says no days, and its tier in one place', async () => {
  await configure();
  await tiered('k');
  await twin.ahead(181 * day);
  expect(await failure(restore('k', { Days: 1, ...by('Bulk') }))).toBe('InvalidArgument 400');
  expect(await failure(restore('k', { Tier: 'Bulk' }))).toBe('MalformedXML 400');
  expect(await failure(restore('k', by('Expedited')))).toBe('InvalidRequest 400');
  await tiered('new');
  expect(await failure(restore('new'))).toBe('ObjectAlreadyInActiveTierError 403');
  expect(await restore('k', by('Bulk'))).toBe(202);
  expect(await failure(restore('k', by('Bulk')))).toBe('RestoreAlreadyInProgress 409');
  expect(await restore('k', by('Standard'))).toBe(202);
  const copy = () => twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: `${Bucket}/k` }));
  expect(await failure(copy())).toBe('ObjectNotInActiveTierError 403');
  const { Contents } = await twin.s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: 'k', OptionalObjectAttributes: ['RestoreStatus'] }),
  );
  expect(Contents?.[0]?.RestoreStatus).toEqual({ IsRestoreInProgress: true });
});

it('old versions move, too, and all of it outlives a restart', async () => {
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  await configure();
  const { VersionId } = await tiered('k');
  await tiered('k', Buffer.alloc(200_000));
  await twin.ahead(91 * day);
  await restore('k', by('Standard'));
  const again = await startS3(twin.root);
  const store = objectStore({
    ...{ bucket: Bucket, region: 'us-east-1', endpoint: again.url, credentials: async () => keys },
  });
  expect(await store.look('k')).toMatchObject({
    archiveStatus: 'ARCHIVE_ACCESS',
    restore: { ongoing: true },
  });
  expect(await store.look('k', { versionId: VersionId! })).toMatchObject({ archiveStatus: 'ARCHIVE_ACCESS' });
  // What our own client sends is what S3 takes.
  expect(await store.restore('k', { tier: 'Bulk', versionId: VersionId! })).toBe('requested');
  expect(await store.restore('k', { tier: 'Bulk', versionId: VersionId! })).toBe('in-progress');
  await again.ahead(92 * day);
  expect(await store.restore('k', { tier: 'Bulk', versionId: VersionId! })).toBe('available');
  await again.stop();
});
