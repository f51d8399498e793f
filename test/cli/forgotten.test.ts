import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { user } from './helper.ts';

const config = {
  name: 'test',
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
};
const faults = {
  containers: [
    { fault: 'out-of-memory', index: 1, afterMs: [0, 0] },
    { fault: 'image-pull', index: 2 },
  ],
};
let me: Awaited<ReturnType<typeof user>>;
let state: string;
let run: string;

interface Row {
  readonly name: string;
  readonly state: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly attempts: number;
  readonly jobId?: string;
}

async function rows(): Promise<readonly Row[]> {
  const { out } = await me.lab(['status', run, '--json', '--local']);
  return (JSON.parse(out) as { items: readonly Row[] }).items;
}

beforeAll(async () => {
  me = await user(config);
  state = join(me.cwd, 'twin', 'state');
  await mkdir(join(state, 'batch'), { recursive: true });
  await writeFile(join(state, 'faults.json'), JSON.stringify(faults));
  const twin = await me.twin();
  await twin.s3.send(new PutObjectCommand({ Bucket: 'scans-of-ours', Key: 'other', Body: 'x' }));
  const ran = await me.lab([
    ...['submit', 'rapidtide', '--participants', 'p0..p2', '--vcpus', '2', '--memory', '256'],
    ...['--local', '--wait'],
  ]);
  run = ran.out.trim();
  const before = await rows();
  const jobs = before.map(row => row.jobId!).slice(1);
  // A week and a day later.
  await writeFile(join(state, 'batch', '.clock.json'), JSON.stringify({ aheadSeconds: 8 * 86_400 }));
  const batch = new BatchClient({ endpoint: twin.url, region: twin.region, credentials: twin.keys.deployer });
  expect((await batch.send(new DescribeJobsCommand({ jobs }))).jobs).toEqual([]);
});
afterAll(() => me.leave());

it('what became of a shard that left no record is known after Batch has forgotten it', async () => {
  expect(await rows()).toMatchObject([
    { name: 'p0', state: 'failed', exitCode: 65 },
    {
      name: 'p1',
      state: 'failed',
      exitCode: 137,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
      attempts: 1,
    },
    { name: 'p2', state: 'failed', reason: expect.stringContaining('CannotPullContainerError'), attempts: 3 },
  ]);
});

it('a retry runs again what has been forgotten', async () => {
  const again = await me.lab(['retry', run, '--local', '--wait']);
  expect(again.err).toContain('round 1: 3 participants again');
});

it('without the log of state changes the end of a forgotten job stays unknown', async () => {
  await writeFile(join(state, 'batch', '.clock.json'), JSON.stringify({ aheadSeconds: 16 * 86_400 }));
  await rm(join(state, 'logs'), { recursive: true });
  expect((await rows())[2]).toMatchObject({
    state: 'failed',
    reason: 'Batch no longer knows the job, and it left no record',
  });
});
