import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type Ran, user } from './helper.ts';

const theirs = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'their/secret' };
let me: Awaited<ReturnType<typeof user>>;
let twin: Awaited<ReturnType<Awaited<ReturnType<typeof user>>['twin']>>;
beforeAll(async () => {
  me = await user({
    name: 'test',
    datasets: {
      hcp: { bucket: 'scans-of-theirs', access: 'keys', prefix: 'HCP/' },
      ours: { bucket: 'scans-of-ours', access: 'keys' },
    },
    workloads: { rapidtide: { datasets: { '/data_in': 'hcp' } } },
  });
  twin = await me.twin();
  await twin.s3.send(new PutObjectCommand({ Bucket: 'scans-of-theirs', Key: 'HCP/1.txt', Body: 'x' }));
  // The bucket of an owner who gave keys, and who opens it to nobody else.
  const access = { 'scans-of-theirs': { keys: { [theirs.accessKeyId]: theirs.secretAccessKey } } };
  await writeFile(join(me.cwd, 'twin', 'state', 's3', '.buckets.json'), JSON.stringify(access));
});
afterAll(() => me.leave());

const setKeys = (keys: object): Promise<Ran> =>
  me.lab(['secret', 'set', 'hcp', '--local'], JSON.stringify({ ...theirs, ...keys }));
const rows = async (...more: string[]) => {
  const ran = await me.lab(['doctor', ...more, '--local', '--json']);
  const { checks, ok } = JSON.parse(ran.out) as {
    ok: boolean;
    checks: { check: string; outcome: string; text: string; fix?: string }[];
  };
  return { code: ran.code, ok, of: (name: string) => checks.filter(each => each.check === name) };
};

it('lab doctor fails with 4 while the secret holds its placeholder, and names the command that fills it', async () => {
  const ran = await me.lab(['doctor', '--local']);
  expect(ran.code).toBe(4);
  expect(ran.out).toContain('fail         secrets         the secret of hcp still holds its placeholder\n');
  expect(ran.out).toContain('→ npx lab secret set hcp --local\n');
  expect(ran.out).toMatch(/^not checked {2}quotas {10}skipped on the twin: it has none$/m);
  expect(ran.err).toMatch(/behind its →\n.*1 failure, \d+ not checked\nNext: npx lab doctor/);
});

it('a submission is refused while a secret of its datasets holds the placeholder', async () => {
  const ran = await me.lab(['submit', 'rapidtide', '--participants', '1..3', '--local']);
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toContain(
    'dataset hcp: its secret still holds the placeholder\n  npx lab secret set hcp --local',
  );
});

it('a list with an item twice is told together with all that the lab lacks, by its names or in a file', async () => {
  await writeFile(join(me.cwd, 'list.txt'), '1\n2\n1\n');
  for (const list of ['1,2,1', 'list.txt']) {
    const ran = await me.lab(['submit', 'rapidtide', '--participants', list, '--local']);
    expect([ran.code, ran.out]).toEqual([2, '']);
    for (const told of ['take one of the two out, or --unique', 'its secret still holds the placeholder'])
      expect(ran.err).toContain(told);
  }
});

it('lab secret set takes the twin’s own keys where none are given, which open what is nobody else’s', async () => {
  const ran = await me.lab(['secret', 'set', 'ours', '--local']);
  expect([ran.code, ran.err]).toEqual([0, expect.stringContaining('the twin’s own keys are taken')]);
  // Another owner's bucket wants that owner's.
  expect((await me.lab(['secret', 'set', 'hcp', '--local'])).code).toBe(2);
});

describe('lab secret set, with a dataset that wants its owner’s keys', () => {
  it('says of a wrong key id, and of a wrong secret, which of the two is wrong; nothing is stored', async () => {
    const wrongId = await setKeys({ accessKeyId: 'AKIANOBODY' });
    expect(wrongId.code).toBe(2);
    expect(wrongId.err).toContain('AWS knows no such access key id');
    const wrongSecret = await setKeys({ secretAccessKey: 'their/secrt' });
    expect(wrongSecret.err).toContain('the secret access key is not the one of this access key id');
    expect(wrongSecret.err).toContain('nothing was stored');
    expect((await rows()).of('secrets')[0]!.outcome).toBe('fail');
  });

  it('says of good keys that are not let in that they are good', async () => {
    const ours = await setKeys(twin.keys.datasets);
    expect(ours.err).toContain('the keys are good, but may not list s3://scans-of-theirs/HCP/');
  });

  it('stores keys that open the dataset', async () => {
    expect(await setKeys({})).toMatchObject({
      code: 0,
      err: expect.stringContaining('the keys of hcp are stored'),
    });
  });
});

it('then all is well, as a table and as JSON, for the lab and for a workload', async () => {
  const { code, ok, of } = await rows();
  expect(of('datasets')).toEqual([
    { check: 'datasets', outcome: 'ok', text: 'hcp: s3://scans-of-theirs/HCP/ opens' },
  ]);
  expect(of('secrets')[0]!.outcome).toBe('ok');
  expect(of('pool size').map(each => each.outcome)).toEqual(['ok', 'ok']);
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect((await rows('rapidtide')).code).toBe(0);
});

it('the owner’s keys open nothing of the lab', async () => {
  const { S3Client, ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const { BatchClient, DescribeJobQueuesCommand } = await import('@aws-sdk/client-batch');
  const options = { endpoint: twin.url, region: twin.region, credentials: theirs };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  await expect(
    s3.send(new ListObjectsV2Command({ Bucket: twin.outputs.OutputBucketName })),
  ).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  await expect(new BatchClient(options).send(new DescribeJobQueuesCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

describe('a job that no host of the pool can hold', () => {
  it('is explained among the waiting ones, and by its id', async () => {
    const { BatchClient, SubmitJobCommand } = await import('@aws-sdk/client-batch');
    const info = JSON.parse((await me.lab(['stack-info', 'rapidtide', '--local', '--json'])).out) as {
      jobQueue: string;
      jobDefinition: string;
    };
    const batch = new BatchClient({
      endpoint: twin.url,
      region: twin.region,
      credentials: twin.keys.deployer,
    });
    const needs = [
      { type: 'VCPU' as const, value: '8' },
      { type: 'MEMORY' as const, value: '900000' },
    ];
    const { jobId } = await batch.send(
      new SubmitJobCommand({
        jobName: 'large',
        ...info,
        containerOverrides: { resourceRequirements: needs },
      }),
    );
    const waiting = (await rows()).of('waiting jobs');
    expect(waiting).toEqual([
      {
        check: 'waiting jobs',
        outcome: 'fail',
        text: 'large: it asks for 8 vCPUs and 900,000 MiB, and the largest host of arm64-ondemand gives a job 16 vCPUs and 124,518 MiB',
        fix: expect.stringContaining('instanceTypes'),
      },
    ]);
    const ran = await me.lab(['doctor', jobId!, '--local']);
    expect(ran.code).toBe(4);
    expect(ran.out).toContain('large is RUNNABLE: it asks for 8 vCPUs');
    expect((await me.lab(['doctor', '00000000-0000-4000-8000-000000000000', '--local'])).out).toContain(
      'Batch knows no job',
    );
  });
});

it('a workload that is not there is bad input with the nearest name', async () => {
  expect(await me.lab(['doctor', 'rapidtid', '--local'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean rapidtide?'),
  });
});
