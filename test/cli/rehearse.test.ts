import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RehearsalReport } from '../../lib/cli/rehearsal/report.ts';
import { type Ran, user } from './helper.ts';

const config = {
  name: 'test',
  // 16 hosts of 8 vCPUs: a second wave begins with the 17th participant.
  pools: { 'arm64-ondemand': { maxvCpus: 128 } },
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: {
    rapidtide: { datasets: { '/data_in': 'scans' }, pools: ['arm64-ondemand', 'arm64-spot'] },
  },
};
let me: Awaited<ReturnType<typeof user>>;
let atOnce: readonly Ran[];
beforeAll(async () => {
  me = await user(config);
  // The stack is synthesized once, by whichever comes first.
  const call = ['rehearse', 'rapidtide', '--participants', '1..2'];
  atOnce = await Promise.all([me.lab(call), me.lab(call)]);
});
afterAll(() => me.leave());

/** The report, and the names that events tell of as failed. */
async function rehearse(...options: string[]) {
  const ran = await me.lab(['rehearse', 'rapidtide', ...options, '--json']);
  const events = ran.out
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as { event: string } & RehearsalReport);
  const report = events.find(each => each.event === 'rehearsed');
  if (!report) throw new Error(ran.err);
  return { ...ran, report };
}
const hours = (report: RehearsalReport): number => report.simulatedSeconds / 3600;

it('two commands at once both find a stack that neither had synthesized', () => {
  expect(atOnce.map(({ code, err }) => [code, err])).toEqual(
    atOnce.map(() => [0, expect.stringContaining('the report is in')]),
  );
});

it('a rehearsal tells the time, the hosts and the attempts that a submission would take', async () => {
  const { code, report } = await rehearse('--participants', '1..24', '--duration', '1h');
  expect(code).toBe(0);
  // 16 hosts are all that the pool may have: two waves of an hour.
  expect(hours(report)).toBeGreaterThan(2);
  expect(hours(report)).toBeLessThan(2.1);
  expect(report.hosts).toMatchObject([{ type: 'r7g.2xlarge', market: 'on-demand', peak: 16, launched: 16 }]);
  expect(report.attempts).toBe(24);
  expect(report.vcpuHours).toBeGreaterThan(24 * 8);
  expect(report.vcpuHours).toBeLessThan(24 * 8 * 1.05);
  expect(report.counts).toMatchObject({ done: 24, failed: 0 });
});

it('the same seed fails the same participants, and another seed others', async () => {
  const options = ['--participants', '1..10', '--duration', '10m..2h', '--failure-rate', '0.4'];
  const [first, again, other] = await Promise.all([
    rehearse(...options, '--seed', '5'),
    rehearse(...options, '--seed', '5'),
    rehearse(...options, '--seed', '6'),
  ]);
  expect(first.code).toBe(4);
  expect(first.report.failures[0]!.names.length).toBeGreaterThan(2);
  expect(again.report.failures).toEqual(first.report.failures);
  expect(again.report.simulatedSeconds).toBe(first.report.simulatedSeconds);
  expect(other.report.failures).not.toEqual(first.report.failures);
});

it('the same seed gives the same rehearsal, whatever hosts do', async () => {
  const options = [
    '--participants',
    '1..12',
    '--pool',
    'arm64-spot',
    '--vcpus',
    '2',
    '--memory',
    '8GiB',
    '--canary',
  ];
  const told = async (seed: string) => {
    const { report } = await rehearse(
      ...options,
      '--faults',
      'rough',
      '--duration',
      '10m..2h',
      '--seed',
      seed,
    );
    const { run: _run, realSeconds: _real, peakMemoryMiB: _peak, ...rest } = report;
    return rest;
  };
  // Side by side: what was throttled waits in real time.
  const [first, again, other] = await Promise.all([told('4'), told('4'), told('6')]);
  expect(first.attempts).toBeGreaterThan(12);
  expect(again).toEqual(first);
  expect(other.simulatedSeconds).not.toBe(first.simulatedSeconds);
});

it('hosts take their time to boot, and are kept and paid for a while when they are idle', async () => {
  const options = ['--participants', '1..2', '--duration', '1h'];
  const { report } = await rehearse(...options);
  // 1 s SUBMITTED, 3 min of boot, 15 s STARTING; 5 min idle.
  expect(report.simulatedSeconds).toBeGreaterThanOrEqual(3600 + 1 + 180 + 15);
  expect(report.simulatedSeconds).toBeLessThan(3600 + 1 + 180 + 15 + 60);
  expect(report.hosts[0]!.instanceHours).toBeCloseTo((2 * (3600 + 180 + 15 + 300)) / 3600, 1);
  expect(report.vcpuHours).toBeCloseTo((2 * 8 * (3600 + 15)) / 3600, 1);
  const pace = { hostBootMs: 0, hostIdleMs: 0 };
  await writeFile(join(me.cwd, 'at-once.json'), JSON.stringify({ pace }));
  const quick = (await rehearse(...options, '--faults', 'at-once.json')).report;
  expect(report.simulatedSeconds - quick.simulatedSeconds).toBe(180);
  expect(quick.hosts[0]!.instanceHours).toBeCloseTo((2 * (3600 + 15)) / 3600, 2);
});

it('a full disk is rehearsed too', async () => {
  const full = { fault: 'disk-full', index: 1 };
  await writeFile(join(me.cwd, 'full.json'), JSON.stringify({ containers: [full] }));
  const { report } = await rehearse('--participants', 'p1..p4', '--faults', 'full.json');
  expect(report.failures).toMatchObject([
    { names: ['p2'], reason: expect.stringContaining('no space left on device') },
  ]);
});

it('what wants more memory than the job has is killed as AWS kills it, and a retry with twice as much does it', async () => {
  const options = ['--participants', '1..8', '--memory-peak', '40GiB..80GiB'];
  const { code, report } = await rehearse(...options);
  expect(code).toBe(4);
  expect(report.failures).toMatchObject([
    { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
  ]);
  const retried = await rehearse(...options, '--retry-memory', 'x2');
  expect(retried.code).toBe(0);
  expect(retried.report.doneByRound).toEqual([report.counts.done, 8]);
  expect(retried.report.hosts.map(each => each.type)).toEqual(['r7g.2xlarge', 'r7g.4xlarge']);
  expect(retried.report.failures).toEqual([]);
});

it.each([
  ['x0', 'error --retry-memory: "x0" would leave no memory\n'],
  ['12 apples', 'error --retry-memory: "12 apples" is not a size in MiB'],
  ['x9', 'error --retry-memory, step run: 8 vCPUs and 558000 MiB fit no host of pool arm64-ondemand\n'],
  ['nope=x2', 'has no step "nope"\n'],
])('memory of a retry that no job could have is refused before the first round: %s', async (memory, said) => {
  const call = ['rehearse', 'rapidtide', '--participants', '1..2', '--failure-rate', '1'];
  const { code, err } = await me.lab([...call, '--retry-memory', memory]);
  expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  expect(err).not.toContain('failed');
});

it('what takes longer than its timeout fails by it', async () => {
  const { report } = await rehearse('--participants', 'p1..p4', '--duration', '2h', '--timeout', '1h');
  expect(report.failures).toMatchObject([
    { reason: 'Job attempt duration exceeded timeout', names: ['p1', 'p2', 'p3', 'p4'] },
  ]);
  expect(hours(report)).toBeLessThan(1.1);
});

it('spot instances that go cost attempts, and the participants are done all the same', async () => {
  await writeFile(
    join(me.cwd, 'spot.json'),
    JSON.stringify({
      containers: [
        { fault: 'spot-reclaim', probability: 0.5, attempt: 1, afterMs: [0, 1_800_000], noticeSeconds: 120 },
        { fault: 'host-lost', probability: 0.2, attempt: 2, afterMs: [0, 1_800_000] },
      ],
    }),
  );
  const { code, report } = await rehearse(
    ...['--participants', '1..12', '--pool', 'arm64-spot', '--faults', 'spot.json'],
  );
  expect([code, report.counts.done]).toEqual([0, 12]);
  expect(report.attempts).toBeGreaterThan(15);
  expect(report.hosts.every(each => each.market === 'spot')).toBe(true);
});

it('a canary that fails holds the rest, which is one cause and no failure', async () => {
  const { code, report } = await rehearse(
    ...['--participants', 'p1..p12', '--failure-rate', '1', '--canary'],
  );
  expect(code).toBe(4);
  expect(report.counts).toMatchObject({ failed: 3, blocked: 9, done: 0 });
  expect(report.attempts).toBe(3);
  expect(report.failures.map(each => each.names.length)).toEqual([3]);
  const folder = (await readdir(join(me.cwd, 'rehearsals'))).sort().at(-1)!;
  const page = await readFile(join(me.cwd, 'rehearsals', folder, 'report.html'), 'utf8');
  expect(page).toContain('9 participants held</span>: waits for what failed in run: p1 and 2 more');
});

it('a canary that is done lets the rest go, and costs no item a second attempt', async () => {
  const { code, report } = await rehearse('--participants', 'p1..p12', '--canary', '--duration', '10m');
  expect([code, report.counts.done, report.attempts]).toEqual([0, 12, 12]);
  // The rest begins when the canary has ended.
  expect(report.simulatedSeconds).toBeGreaterThan(1200);
});

it('a person reads what it would take, what would fail, and what to do then', async () => {
  const ran = await me.lab([
    ...['rehearse', 'rapidtide', '--participants', '1..10', '--memory-peak', '100GiB'],
    ...['--price-per-hour', 'r7g.2xlarge=0.5'],
  ]);
  expect(ran.out).toMatch(/^rehearsed rapidtide over 10 participants: 0 done after the first round\n/);
  expect(ran.out).toMatch(/time {7}\d+m\d\ds simulated/);
  expect(ran.out).toMatch(/price {6}\d\.\d\d USD/);
  expect(ran.out).toContain('10 participants failed (exit code 137): OutOfMemoryError');
  expect(ran.out).toContain('lab retry would run 10 participants again, best with --memory x2');
  expect(ran.err).toMatch(/0\/10 done · 10 failed\n/);
});

it('the user’s twin stays as it was, and of the rehearsal only its report is left', async () => {
  const { report } = await rehearse('--participants', 'p1..p3');
  expect(await readdir(join(me.cwd, 'twin'))).not.toContain('state');
  const folders = await readdir(join(me.cwd, 'rehearsals'));
  for (const each of folders)
    expect(await readdir(join(me.cwd, 'rehearsals', each))).toEqual(['report.html', 'report.json']);
  const last = await readFile(join(me.cwd, 'rehearsals', folders.sort().at(-1)!, 'report.json'), 'utf8');
  expect((JSON.parse(last) as RehearsalReport).run).toBe(report.run);
});

it('records, done markers, outputs and events are those of a run', async () => {
  const { report } = await rehearse('--participants', 'p1..p3', '--duration', '90m', '--keep');
  const kept = join(
    me.cwd,
    'rehearsals',
    (await readdir(join(me.cwd, 'rehearsals'))).sort().at(-1)!,
    'state',
  );
  const buckets = await readdir(join(kept, 's3'));
  const bucket = buckets.find(each => each.startsWith('arraylab-test-') && each.includes('output'))!;
  const run = join(kept, 's3', bucket, 'runs', 'rapidtide', report.run);
  expect((await readdir(join(run, 'done', '0', 'run'))).sort()).toEqual(['0000000', '0000001', '0000002']);
  const marker = JSON.parse(await readFile(join(run, 'done', '0', 'run', '0000001'), 'utf8')) as {
    record: string;
  };
  const results = join(run, 'results', '0', 'run', '0000001');
  const record = JSON.parse(await readFile(join(results, marker.record), 'utf8')) as {
    startedAt: string;
    endedAt: string;
    items: { name: string; outputs: { key: string; sha256: string }[] }[];
  };
  expect(record.items).toMatchObject([{ name: 'p2', state: 'done' }]);
  expect(Date.parse(record.endedAt) - Date.parse(record.startedAt)).toBe(90 * 60_000);
  const [output] = record.items[0]!.outputs;
  expect(output!.key).toBe(`runs/rapidtide/${report.run}/outputs/p2/stand-in.json`);
  expect(JSON.parse(await readFile(join(kept, 's3', bucket, output!.key), 'utf8'))).toEqual({ step: 'run' });
  const claims = await readdir(join(run, 'claims', '0', 'run'));
  expect(claims).toEqual(['0']);
});

it('a script is looked for where the user’s twin has it', async () => {
  const missing = await me.lab([
    'rehearse',
    'rapidtide',
    '--participants',
    'p1..p2',
    '--do',
    'script',
    '--script',
    'x.sh',
  ]);
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('there is no file x.sh here')]);
  const bucket = /s3:\/\/([^/]+)\/config/.exec(missing.err)![1]!;
  const folder = join(me.cwd, 'twin', 'state', 's3', bucket, 'config');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'x.sh'), 'true');
  const { code } = await rehearse('--participants', 'p1..p2', '--do', 'script', '--script', 'x.sh');
  expect(code).toBe(0);
});

it('Ctrl-C ends a rehearsal, and nothing of it is left running or lying about', async () => {
  const before = await readdir(join(me.cwd, 'rehearsals'));
  const options = ['--participants', '1..5', '--duration', '1h', '--speed', '1'];
  const stopping = new AbortController();
  const ran = await me.lab(['rehearse', 'rapidtide', ...options], '', stopping.signal, text => {
    if (text.includes('0/5 done')) stopping.abort();
  });
  expect([ran.code, ran.out, ran.err]).toEqual([130, '', expect.stringContaining('interrupted')]);
  expect(await readdir(join(me.cwd, 'rehearsals'))).toEqual(before);
});

it.each([
  [['--duration', '2h..1h'], '--duration: "2h..1h" is no span'],
  [['--duration', 'long'], '--duration: "long" is not a time'],
  [['--memory-peak', 'much'], '--memory-peak: "much" is not a size'],
  [['--failure-rate', '2'], '--failure-rate: "2" is not a number from 0 to 1'],
  [['--faults', 'bad.json'], '--faults: there is no file bad.json'],
  [['--real-tool', '--duration', '1h'], '--real-tool: does not go with --duration'],
  [['--price-per-hour', 'cheap'], '--price-per-hour: "cheap" is no price of an instance type'],
  [['--vcpus', '64'], 'fit no host of pool arm64-ondemand'],
])('%j is refused before a twin is started', async (options, text) => {
  const before = await readdir(join(me.cwd, 'rehearsals'));
  const ran = await me.lab(['rehearse', 'rapidtide', '--participants', 'p1..p2', ...options]);
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(text)]);
  expect(await readdir(join(me.cwd, 'rehearsals'))).toEqual(before);
});
