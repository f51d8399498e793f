import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import type { RunFacts } from '../../lib/report/facts.ts';
import { user } from './helper.ts';

const config = {
  name: 'test',
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'scans' }, pools: ['arm64-spot', 'arm64-ondemand'] } },
};
/** Arrays of a canary's three and of nine. Killed with their container: before a try that ends well, at the last, after one with a record. */
const faults = {
  containers: [
    { fault: 'host-lost', index: 2, attempt: 1, afterMs: [60_000, 60_000] },
    { fault: 'out-of-memory', index: 3, attempt: 1, afterMs: [60_000, 60_000] },
    { fault: 'spot-reclaim', index: 4, attempt: 1, afterMs: [60_000, 60_000], noticeSeconds: 120 },
    { fault: 'out-of-memory', index: 4, attempt: 2, afterMs: [60_000, 60_000] },
    { fault: 'image-pull', index: 5 },
  ],
};
type Report = RunFacts & { readonly causes: readonly { readonly tail: readonly string[] }[] };
let me: Awaited<ReturnType<typeof user>>;
let rehearsed: { readonly attempts: number };
const report = async (): Promise<Report> =>
  JSON.parse((await me.lab(['report', '--json', '--local'])).out) as Report;

beforeAll(async () => {
  me = await user(config);
  await writeFile(join(me.cwd, 'faults.json'), JSON.stringify(faults));
  const { out } = await me.lab([
    ...['rehearse', 'rapidtide', '--participants', 'p01..p12', '--canary', '--failure-rate', '0.2'],
    ...['--faults', 'faults.json', '--seed', '7', '--retry', '--keep', '--json'],
  ]);
  rehearsed = JSON.parse(out.trim().split('\n').at(-1)!) as typeof rehearsed;
  // The run as any other: its twin's state is the user's now.
  const [name = ''] = await readdir(join(me.cwd, 'rehearsals'));
  await rename(join(me.cwd, 'rehearsals', name), join(me.cwd, 'twin'));
});
afterAll(() => me.leave());

it('a run that Batch has forgotten gives the report that it gave', async () => {
  const twin = await me.twin();
  const before = await report();
  expect(before.counts.failed).toBeGreaterThan(0);
  expect(before.causes.length).toBeGreaterThan(1);
  expect(before.causes.some(({ tail }) => tail.length > 0)).toBe(true);
  // A month after an end that may be days ahead, as time was simulated.
  const clock = join(me.cwd, 'twin', 'state', 'batch', '.clock.json');
  await writeFile(clock, JSON.stringify({ aheadSeconds: 40 * 86_400 }));
  const rows = JSON.parse((await me.lab(['status', '--json', '--local'])).out) as {
    readonly items: readonly { readonly jobId?: string }[];
  };
  const jobs = rows.items.flatMap(({ jobId }) => jobId?.split(':')[0] ?? []);
  const batch = new BatchClient({ endpoint: twin.url, region: twin.region, credentials: twin.keys.deployer });
  expect(jobs.length).toBeGreaterThan(0);
  expect((await batch.send(new DescribeJobsCommand({ jobs: [...new Set(jobs)] }))).jobs).toEqual([]);
  expect(await report()).toEqual(before);
});

it('attempts that were killed with their container are in the sums, of every round, and those before one that ended well', async () => {
  const { usage, unknownAttempts, gantt } = await report();
  // What never began has used nothing.
  const pulls = 3;
  expect(usage.attempts).toBe(rehearsed.attempts - pulls);
  expect(gantt.host).toHaveLength(usage.attempts);
  expect(unknownAttempts).toBe(0);
});
