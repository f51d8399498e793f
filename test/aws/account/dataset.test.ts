import { openDataset } from '../../../lib/aws/account/dataset.ts';
import type { Dataset } from '../../../lib/contract/workload/config.ts';
import { type Answer, awsOfFile, s3Error } from './fake-aws.ts';

const dataset: Dataset = { bucket: 'scans', region: 'us-east-1', prefix: 'a/', access: 'role' };
const listing = (count: number): Answer => ({
  headers: { 'x-amz-bucket-region': 'us-east-1' },
  body: `<ListBucketResult><KeyCount>${count}</KeyCount>${'<Contents><Key>a/f</Key><Size>1</Size></Contents>'.repeat(count)}</ListBucketResult>`,
});
const aws = awsOfFile();

it('lists the prefix once, and says where the bucket is', async () => {
  aws.answer = () => listing(1);
  expect(await openDataset(aws.endpoint, dataset)).toEqual({
    state: 'open',
    empty: false,
    listing: { objects: [{ key: 'a/f', size: 1 }], isWhole: true },
    region: 'us-east-1',
  });
  expect(aws.seen[0]!.action).toMatch(/^GET \/scans\/?\?.*prefix=a%2F/);
  aws.answer = () => listing(0);
  expect(await openDataset(aws.endpoint, dataset)).toMatchObject({ empty: true });
});

it('asks as the dataset’s access says: unsigned, with other keys, or as who pays', async () => {
  aws.answer = () => listing(1);
  const signature = async (
    access: Dataset['access'],
    keys?: { accessKeyId: string; secretAccessKey: string },
  ) => {
    await openDataset(aws.endpoint, { ...dataset, access }, keys);
    return aws.seen.at(-1)!.headers;
  };
  expect((await signature('public')).authorization).toBeUndefined();
  expect((await signature('role')).authorization).toContain('Credential=AKIATEST/');
  expect((await signature('keys', { accessKeyId: 'AKIAHCP', secretAccessKey: 's' })).authorization).toContain(
    'Credential=AKIAHCP/',
  );
  expect((await signature('requester-pays'))['x-amz-request-payer']).toBe('requester');
});

it.each([
  ['AccessDenied', 403],
  ['InvalidAccessKeyId', 403],
  ['SignatureDoesNotMatch', 403],
  ['NoSuchBucket', 404],
])('what S3 refuses with %s is an answer', async (code, status) => {
  aws.answer = () => s3Error(code, status);
  expect(await openDataset(aws.endpoint, dataset)).toEqual({
    state: 'refused',
    refusal: { name: code, message: 'as S3 says', status },
  });
});

it('a bucket of another region is told with its region', async () => {
  aws.answer = () => s3Error('PermanentRedirect', 301, { 'x-amz-bucket-region': 'eu-west-1' });
  expect(await openDataset(aws.endpoint, dataset)).toMatchObject({
    state: 'refused',
    refusal: { name: 'PermanentRedirect', status: 301 },
    region: 'eu-west-1',
  });
});

it('a place that is not reached is an answer too', async () => {
  const nowhere = { ...aws.endpoint, url: 'http://127.0.0.1:9' };
  const told = await openDataset(nowhere, dataset);
  expect(told).toMatchObject({ state: 'refused' });
  expect(JSON.stringify(told)).toContain('ECONNREFUSED');
});
