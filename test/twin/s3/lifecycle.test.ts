import {
  CreateMultipartUploadCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'plates';
const day = 24 * 3600;
const large = Buffer.alloc(128 * 1024);
const { twin } = oneBucket(Bucket);

const rules = (...Rules: LifecycleRule[]) =>
  twin.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
const put = (Key: string, rest: object = {}, Body: string | Buffer = 'x') =>
  twin.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...rest }));
const listed = async () =>
  ((await twin.s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(
    each => `${each.Key} ${each.StorageClass}`,
  );
const versions = () => twin.s3.send(new ListObjectVersionsCommand({ Bucket }));
const enableVersions = () =>
  twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));

it('a configuration comes back as it was put, until it is removed', async () => {
  const read = () => twin.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  expect(await failure(read())).toBe('NoSuchLifecycleConfiguration 404');
  const Rules: LifecycleRule[] = [
    {
      ID: 'cold',
      Status: 'Enabled',
      Filter: { And: { Prefix: 'raw/', Tags: [{ Key: 'state', Value: 'archived' }] } },
      Transitions: [{ Days: 30, StorageClass: 'DEEP_ARCHIVE' }],
      NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 2 },
    },
    {
      ID: 'uploads',
      Status: 'Disabled',
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
    },
  ];
  await rules(...Rules);
  expect((await read()).Rules).toEqual(Rules);
  await twin.s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
  expect(await failure(read())).toBe('NoSuchLifecycleConfiguration 404');
});

it('objects expire at the midnight after their days, by prefix and by tag', async () => {
  await rules(
    { ID: 'tmp', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } },
    { Status: 'Enabled', Filter: { Tag: { Key: 'keep', Value: 'no' } }, Expiration: { Days: 10 } },
    { Status: 'Disabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } },
  );
  await put('tmp/a');
  await put('tagged', { Tagging: 'keep=no' });
  await put('kept', { Tagging: 'keep=yes' });
  const { Expiration } = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'tmp/a' }));
  expect(Expiration).toMatch(/^expiry-date=".* 00:00:00 GMT", rule-id="tmp"$/);
  await twin.ahead(3 * day - 60);
  expect(await listed()).toEqual(['kept STANDARD', 'tagged STANDARD', 'tmp/a STANDARD']);
  await twin.ahead(4 * day);
  expect(await listed()).toEqual(['kept STANDARD', 'tagged STANDARD']);
  await twin.ahead(11 * day);
  expect(await listed()).toEqual(['kept STANDARD']);
  expect(await failure(twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'tagged' })))).toBe('NotFound 404');
});

it('a tag that is put later makes a rule hold', async () => {
  await rules({
    Status: 'Enabled',
    Filter: { Tag: { Key: 'state', Value: 'verified' } },
    Transitions: [{ Days: 0, StorageClass: 'DEEP_ARCHIVE' }],
  });
  await put('one.tar', { Tagging: 'state=verified' }, large);
  await put('two.tar', {}, large);
  await twin.ahead(2 * day);
  expect(await listed()).toEqual(['one.tar DEEP_ARCHIVE', 'two.tar STANDARD']);
});

it('objects move on from class to class, but small ones stay unless the rule names sizes', async () => {
  await rules(
    {
      Status: 'Enabled',
      Filter: { Prefix: '' },
      Transitions: [
        { Days: 30, StorageClass: 'STANDARD_IA' },
        { Days: 90, StorageClass: 'DEEP_ARCHIVE' },
      ],
    },
    {
      Status: 'Enabled',
      Filter: { And: { Prefix: 'small/', ObjectSizeGreaterThan: 1 } },
      Transitions: [{ Days: 5, StorageClass: 'GLACIER' }],
    },
  );
  await put('large', {}, large);
  await put('small');
  await put('small/named', {}, 'xx');
  await twin.ahead(32 * day);
  expect(await listed()).toEqual(['large STANDARD_IA', 'small STANDARD', 'small/named GLACIER']);
  await twin.ahead(92 * day);
  expect(await listed()).toEqual(['large DEEP_ARCHIVE', 'small STANDARD', 'small/named GLACIER']);
});

it('old versions expire by when they stopped being current, and so many stay', async () => {
  await enableVersions();
  await rules({
    Status: 'Enabled',
    Filter: { Prefix: '' },
    NoncurrentVersionExpiration: { NoncurrentDays: 5, NewerNoncurrentVersions: 1 },
  });
  for (let time = 0; time < 4; time++) await put('k');
  await twin.ahead(4 * day);
  expect((await versions()).Versions).toHaveLength(4);
  await twin.ahead(7 * day);
  const left = (await versions()).Versions;
  expect(left?.map(each => each.IsLatest)).toEqual([true, false]);
});

it('with versions, expiry leaves a marker, and a lone marker goes', async () => {
  await enableVersions();
  await put('k');
  await rules({
    Status: 'Enabled',
    Filter: { Prefix: '' },
    Expiration: { Days: 2 },
    NoncurrentVersionExpiration: { NoncurrentDays: 3 },
  });
  await twin.ahead(4 * day);
  const hidden = await versions();
  expect([hidden.DeleteMarkers?.length, hidden.Versions?.length]).toEqual([1, 1]);
  await twin.ahead(9 * day);
  const gone = await versions();
  expect([gone.DeleteMarkers ?? [], gone.Versions ?? []]).toEqual([[], []]);
});

it('ExpiredObjectDeleteMarker takes away markers that hide nothing', async () => {
  await enableVersions();
  const one = await put('k');
  await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await rules({ Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { ExpiredObjectDeleteMarker: true } });
  expect((await versions()).DeleteMarkers).toHaveLength(1);
  await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: one.VersionId }));
  await twin.ahead(day);
  expect((await versions()).DeleteMarkers ?? []).toEqual([]);
});

it('uploads that nobody completed are aborted', async () => {
  await rules({
    Status: 'Enabled',
    Filter: { Prefix: 'out/' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
  });
  for (const Key of ['out/k', 'kept']) await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  await twin.ahead(4 * day);
  const { Uploads } = await twin.s3.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads?.map(each => each.Key)).toEqual(['kept']);
});

it('configurations that S3 refuses are refused', async () => {
  const Filter = { Prefix: '' };
  const refused: [LifecycleRule[], string][] = [
    [[{ Status: 'Enabled', Filter }], 'InvalidRequest 400'],
    [[{ Status: 'Enabled', Filter, Expiration: { Days: 0 } }], 'InvalidArgument 400'],
    [
      [{ Status: 'Enabled', Filter, Transitions: [{ Days: 10, StorageClass: 'STANDARD_IA' }] }],
      'InvalidArgument 400',
    ],
    [
      [
        { ID: 'a', Status: 'Enabled', Filter, Expiration: { Days: 1 } },
        { ID: 'a', Status: 'Enabled', Filter, Expiration: { Days: 2 } },
      ],
      'InvalidArgument 400',
    ],
    [
      [
        {
          Status: 'Enabled',
          Filter: { Tag: { Key: 'a', Value: 'b' } },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
      'InvalidRequest 400',
    ],
    [
      [{ Status: 'Enabled', Filter, Transitions: [{ Days: 10, StorageClass: 'COLD' as 'GLACIER' }] }],
      'MalformedXML 400',
    ],
    [
      [
        {
          Status: 'Enabled',
          Filter: { ObjectSizeGreaterThan: 5 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
      'InvalidRequest 400',
    ],
    [
      [
        {
          Status: 'Enabled',
          Filter: { And: { ObjectSizeGreaterThan: 5, ObjectSizeLessThan: 5 } },
          Expiration: { Days: 1 },
        },
      ],
      'InvalidRequest 400',
    ],
    [
      [
        {
          Status: 'Enabled',
          Filter: { And: { Tags: ['1', '2'].map(Value => ({ Key: 'a', Value })) } },
          Expiration: { Days: 1 },
        },
      ],
      'InvalidRequest 400',
    ],
    [
      [
        {
          Status: 'Enabled',
          Filter,
          Transitions: [{ Days: 40, StorageClass: 'GLACIER' }],
          Expiration: { Date: new Date('2030-01-01T00:00:00Z') },
        },
      ],
      'InvalidRequest 400',
    ],
    [
      [
        {
          Status: 'Enabled',
          Filter,
          NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 101 },
        },
      ],
      'InvalidArgument 400',
    ],
  ];
  for (const [given, wanted] of refused) expect(await failure(rules(...given))).toBe(wanted);
});

it('a rule of a prefix, a tag and sizes takes away what passes them all', async () => {
  const sized = { ObjectSizeGreaterThan: 2, ObjectSizeLessThan: 5 };
  const And = { Prefix: 'p/', Tags: [{ Key: 'a', Value: '1' }], ...sized };
  await rules({ Status: 'Enabled', Filter: { And }, Expiration: { Days: 3 } });
  const objects = [
    ['p/all', '1234', 'a=1'],
    ['p/all too', '123', 'b=2&a=1'],
    ['p/short', '12', 'a=1'],
    ['p/long', '12345', 'a=1'],
    ['p/other tag', '1234', 'a=2'],
    ['p/no tag', '1234', undefined],
    ['q/all', '1234', 'a=1'],
  ] as const;
  for (const [Key, Body, Tagging] of objects)
    await twin.s3.send(new PutObjectCommand({ Bucket, Key, Body, Tagging }));
  await twin.ahead(5 * 24 * 3600);
  const { Contents = [] } = await twin.s3.send(new ListObjectsV2Command({ Bucket }));
  const stay = objects.map(([Key]) => Key).filter(Key => !Key.startsWith('p/all'));
  expect(Contents.map(each => each.Key)).toEqual([...stay].sort());
});
