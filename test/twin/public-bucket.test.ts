import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startTwin, type Twin } from '../../lib/twin/twin.ts';

let folder: string;
let twin: Twin;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-public-'));
  twin = await startTwin({
    folder,
    projectRoot: folder,
    region: 'us-west-2',
    template: { Resources: {} },
    datasetBuckets: ['open-data', 'closed-data'],
    publicBuckets: ['open-data'],
    node: process.execPath,
    tools: [],
  });
  const s3 = new S3Client({
    endpoint: twin.url,
    region: 'us-west-2',
    credentials: twin.keys.deployer,
    forcePathStyle: true,
  });
  for (const Bucket of ['open-data', 'closed-data'])
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a/wave', Body: 'wave' }));
});
afterAll(async () => {
  await twin.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = async (path: string, method = 'GET'): Promise<readonly [number, string]> => {
  const answer = await fetch(`${twin.url}${path}`, { method, ...(method === 'PUT' ? { body: 'x' } : {}) });
  return [answer.status, await answer.text()];
};

it('a public dataset is read and listed without a signature, and that is all', async () => {
  expect(await ask('/open-data/a/wave')).toEqual([200, 'wave']);
  expect(await ask('/open-data?list-type=2')).toEqual([200, expect.stringContaining('<Key>a/wave</Key>')]);
  expect(await ask('/open-data/a/wave', 'HEAD')).toEqual([200, '']);
});

it.each([
  ['PUT', '/open-data/a/more'],
  ['DELETE', '/open-data/a/wave'],
  ['GET', '/open-data?policy'],
  ['GET', '/closed-data/a/wave'],
  ['GET', '/closed-data?list-type=2'],
  ['GET', '/'],
])('%s %s without a signature is refused', async (method, path) => {
  expect(await ask(path, method)).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
});
