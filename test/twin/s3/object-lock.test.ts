import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { failure, startS3 } from './helper.ts';

const Bucket = 'locked';
const day = 24 * 3600;
let twin: Awaited<ReturnType<typeof startS3>>;
beforeEach(async () => {
  twin = await startS3();
  await twin.s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  await twin.s3.send(new CreateBucketCommand({ Bucket: 'plain' }));
});
afterEach(() => twin.stop());

const put = (rest: object = {}) =>
  twin.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...rest }));
const remove = (VersionId?: string, rest: object = {}) =>
  twin.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId, ...rest }));
const inDays = (days: number) => new Date(Date.now() + days * day * 1000);
const retain = (Mode: 'GOVERNANCE' | 'COMPLIANCE', days: number, rest: object = {}) =>
  twin.s3.send(
    new PutObjectRetentionCommand({
      Bucket,
      Key: 'k',
      Retention: { Mode, RetainUntilDate: inDays(days) },
      ...rest,
    }),
  );

it('a retained version is not removed before its time, though a marker may hide it', async () => {
  const { VersionId } = await put({
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: inDays(10),
  });
  const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
  expect(head.ObjectLockMode).toBe('COMPLIANCE');
  expect(await failure(remove(VersionId))).toBe('AccessDenied 403');
  expect(await failure(remove(VersionId, { BypassGovernanceRetention: true }))).toBe('AccessDenied 403');
  expect((await remove()).DeleteMarker).toBe(true);
  const several = await twin.s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k', VersionId }] } }),
  );
  expect(several.Errors?.map(each => each.Code)).toEqual(['AccessDenied']);
  const there = await twin.s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }));
  expect(await there.Body?.transformToString()).toBe('x');
  await twin.ahead(11 * day);
  expect(await failure(remove(VersionId))).toBe('no error');
});

it('governance gives way to who may bypass it; compliance only grows', async () => {
  const { VersionId } = await put();
  await retain('GOVERNANCE', 10);
  expect(await failure(retain('GOVERNANCE', 5))).toBe('AccessDenied 403');
  expect(await failure(retain('GOVERNANCE', 5, { BypassGovernanceRetention: true }))).toBe('no error');
  expect(await failure(remove(VersionId))).toBe('AccessDenied 403');
  await retain('COMPLIANCE', 5.5);
  expect(await failure(retain('COMPLIANCE', 5, { BypassGovernanceRetention: true }))).toBe(
    'AccessDenied 403',
  );
  expect(await failure(retain('GOVERNANCE', 30, { BypassGovernanceRetention: true }))).toBe(
    'AccessDenied 403',
  );
  await retain('COMPLIANCE', 6);
  const { Retention } = await twin.s3.send(new GetObjectRetentionCommand({ Bucket, Key: 'k' }));
  expect(Retention?.Mode).toBe('COMPLIANCE');
  const other = await put({ Key: 'k' });
  await retain('GOVERNANCE', 10);
  expect(await failure(remove(other.VersionId, { BypassGovernanceRetention: true }))).toBe('no error');
});

it('a legal hold has no end but its own', async () => {
  const { VersionId } = await put();
  const hold = (Status: 'ON' | 'OFF') =>
    twin.s3.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'k', LegalHold: { Status } }));
  const read = () => twin.s3.send(new GetObjectLegalHoldCommand({ Bucket, Key: 'k' }));
  expect(await failure(read())).toBe('NoSuchObjectLockConfiguration 404');
  await hold('ON');
  expect((await read()).LegalHold?.Status).toBe('ON');
  await twin.ahead(1000 * day);
  expect(await failure(remove(VersionId, { BypassGovernanceRetention: true }))).toBe('AccessDenied 403');
  await hold('OFF');
  expect(await failure(remove(VersionId))).toBe('no error');
});

it('a default retention is told in the unit that it was put in, and is not too long', async () => {
  const put = (DefaultRetention: object) =>
    twin.s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } },
      }),
    );
  for (const wanted of [
    { Mode: 'GOVERNANCE', Years: 2 },
    { Mode: 'COMPLIANCE', Days: 730 },
  ]) {
    await put(wanted);
    const { ObjectLockConfiguration } = await twin.s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(ObjectLockConfiguration?.Rule?.DefaultRetention).toEqual(wanted);
  }
  for (const long of [{ Years: 101 }, { Days: 36_501 }])
    expect(await failure(put({ Mode: 'GOVERNANCE', ...long }))).toBe('InvalidArgument 400');
});

it('the bucket’s default retention holds for what says none', async () => {
  await twin.s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 30 } },
      },
    }),
  );
  const { ObjectLockConfiguration } = await twin.s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
  expect(ObjectLockConfiguration?.Rule?.DefaultRetention).toEqual({ Mode: 'GOVERNANCE', Days: 30 });
  const { VersionId } = await put();
  expect(await failure(remove(VersionId))).toBe('AccessDenied 403');
  await twin.ahead(31 * day);
  expect(await failure(remove(VersionId))).toBe('no error');
});

it('lifecycle rules leave locked versions alone', async () => {
  await twin.s3.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            Filter: { Prefix: '' },
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          },
        ],
      },
    }),
  );
  const { VersionId } = await put({ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: inDays(9) });
  await put();
  await twin.ahead(5 * day);
  const read = () => twin.s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }));
  expect(await failure(read())).toBe('no error');
  await twin.ahead(11 * day);
  expect(await failure(read())).toBe('NoSuchVersion 404');
});

it('is refused where the bucket has no lock, and keeps versioning on where it has', async () => {
  const onPlain = twin.s3.send(
    new PutObjectCommand({ Bucket: 'plain', Key: 'k', Body: 'x', ObjectLockLegalHoldStatus: 'ON' }),
  );
  expect(await failure(onPlain)).toBe('InvalidRequest 400');
  expect(await failure(twin.s3.send(new GetObjectLockConfigurationCommand({ Bucket: 'plain' })))).toBe(
    'ObjectLockConfigurationNotFoundError 404',
  );
  const suspend = new PutBucketVersioningCommand({
    Bucket,
    VersioningConfiguration: { Status: 'Suspended' },
  });
  expect(await failure(twin.s3.send(suspend))).toBe('InvalidBucketState 409');
  expect(await failure(put({ ObjectLockMode: 'GOVERNANCE' }))).toBe('InvalidArgument 400');
  expect(await failure(put({ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: inDays(-1) }))).toBe(
    'InvalidArgument 400',
  );
});
