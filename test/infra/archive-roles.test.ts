import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, DeleteObjectsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { credentialsPath } from '../../lib/twin/container/credentials.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { type ContainerParts, startTwin, type Twin } from '../../lib/twin/twin.ts';
import { labApp } from '../rules/synthesized.ts';

/** What the roles of the archive may not, tried: their own keys, against the twin of their own stack. */
const folder = mkdtempSync(join(tmpdir(), 'archive-roles-'));
const region = 'us-east-1';
let twin: Twin;
let parts: ContainerParts;
let stack: ReturnType<typeof readTwinStack>;

beforeAll(async () => {
  const { app, templatePath } = labApp({
    datasets: {},
    archive: { bucket: 'lab-plates' },
    workloads: {
      'plate-archive': { places: { source: { bucket: 'imaging-live' } } },
      ...{ 'plate-verify': {}, 'plate-delete': {}, 'plate-restore': {}, 'plate-destroy': {} },
    },
  });
  app.synth();
  const template = JSON.parse(readFileSync(templatePath, 'utf8'));
  stack = readTwinStack(template, { region, account: '000000000000' });
  twin = await startTwin({
    ...{ folder, projectRoot: folder, region, node: process.execPath, tools: [] },
    template,
    datasetBuckets: ['imaging-live'],
    onRefusal: () => undefined,
    containers: given => {
      parts = given;
      return () => ({ signal: () => undefined, exited: new Promise(() => undefined) });
    },
  });
});
afterAll(async () => {
  await twin.close();
  rmSync(folder, { recursive: true, force: true });
});

const s3 = (credentials: object) =>
  new S3Client({
    ...{ endpoint: twin.url, region, credentials: credentials as never },
    ...{ maxAttempts: 1, forcePathStyle: true },
  });

/** A client with the keys that a job of a definition has. */
async function as(definition: string): Promise<S3Client> {
  const { jobRole = '' } = stack.jobDefinitions.find(({ name }) => name.includes(definition))!;
  const { token = '' } = parts.credentials.grant({ jobRole }, 'task');
  const answer = await fetch(`${twin.url}${credentialsPath}`, { headers: { authorization: token } });
  const { AccessKeyId, SecretAccessKey, Token } = (await answer.json()) as Record<string, string>;
  return s3({ accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: Token! });
}

const outcome = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'ok',
    (error: Error) => error.name,
  );
const live = { Bucket: 'imaging-live', Key: 'projects/P/B/images/X/r01c01.tiff' };
const cold = (Key: string) => ({ Bucket: 'lab-plates', Key });
const jobs = [
  ...['plate-archive-x86', 'verifier', 'plate-verify-x86'],
  ...['sealer', 'deleter', 'restorer', 'destroyer'],
];

/** What each of the jobs is answered, all but the one that may. */
async function allBut(
  may: readonly string[],
  ask: (client: S3Client) => Promise<unknown>,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const job of jobs) if (!may.includes(job)) found[job] = await outcome(ask(await as(job)));
  return found;
}
const refused = (may: readonly string[]) =>
  Object.fromEntries(jobs.filter(job => !may.includes(job)).map(job => [job, 'AccessDenied']));

it('nobody deletes at the source without naming an ETag, the deleter neither; with one nobody but the deleter', async () => {
  const owner = s3(twin.keys.datasets);
  const { ETag } = await owner.send(new PutObjectCommand({ ...live, Body: 'an image' }));
  expect(await allBut([], client => client.send(new DeleteObjectCommand(live)))).toEqual(refused([]));
  const withEtag = (client: S3Client) => client.send(new DeleteObjectCommand({ ...live, IfMatch: ETag! }));
  expect(await allBut(['deleter'], withEtag)).toEqual(refused(['deleter']));
  const deleter = await as('deleter');
  const Objects = [{ Key: live.Key }];
  const { Errors } = await deleter.send(
    new DeleteObjectsCommand({ Bucket: live.Bucket, Delete: { Objects } }),
  );
  expect(Errors?.map(({ Code }) => Code)).toEqual(['AccessDenied']);
  expect(await outcome(withEtag(deleter))).toBe('ok');
});

it('no job but the destroyer deletes versions of an archive, and none deletes what is current', async () => {
  const { VersionId } = await (await as('plate-archive-x86')).send(
    new PutObjectCommand({ ...cold('plates/P/B/X/tars/1.tar'), Body: 'a tar' }),
  );
  const version = (client: S3Client) =>
    client.send(new DeleteObjectCommand({ ...cold('plates/P/B/X/tars/1.tar'), VersionId: VersionId! }));
  expect(await allBut(['destroyer'], version)).toEqual(refused(['destroyer']));
  const current = (client: S3Client) => client.send(new DeleteObjectCommand(cold('plates/P/B/X/tars/1.tar')));
  expect(await allBut([], current)).toEqual(refused([]));
  expect(await outcome(version(await as('destroyer')))).toBe('ok');
});

it.each([
  ['proofs/', ['verifier', 'plate-verify-x86']],
  ['journals/', ['deleter']],
  ['destroyed/', ['destroyer']],
])('%s is written by those who may alone', async (prefix, may) => {
  const write = (client: S3Client) =>
    client.send(new PutObjectCommand({ ...cold(`${prefix}P/B/X/file`), Body: 'x' }));
  expect(await allBut(may, write)).toEqual(refused(may));
  for (const job of may) expect(await outcome(write(await as(job)))).toBe('ok');
});
