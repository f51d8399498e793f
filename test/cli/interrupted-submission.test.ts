import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { unsentWatch } from '../../lib/cli/watch/unsent-watch.ts';
import type { Ledger } from '../../lib/ledger/ledger.ts';
import { user } from './helper.ts';

let me: Awaited<ReturnType<typeof user>>;
let bucket: string;
beforeAll(async () => {
  me = await user({
    name: 'test',
    datasets: { scans: { bucket: 'scans-of-ours', access: 'role' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
  });
  const { s3, outputs } = await me.twin();
  bucket = join(me.cwd, 'twin', 'state', 's3', outputs.OutputBucketName!);
  await s3.send(new PutObjectCommand({ Bucket: 'scans-of-ours', Key: 'a', Body: 'a' }));
});
afterAll(() => me.leave());

const submit = ['submit', 'rapidtide', '--participants', 'a,b', '--do', 'script', '--script', './my.sh'];
const plans = (): string[] =>
  readdirSync(bucket, { recursive: true, encoding: 'utf8' }).filter(name => /plan\.json$/.test(name));

/** Ctrl-C once `aborted` says so: between a plan and its first job there is nothing else to notice. */
const ctrlC = (isNow: () => boolean): AbortSignal =>
  Object.defineProperty(new AbortController().signal, 'aborted', { get: isNow });

it('what was planned and not submitted is called so by every verb, ends a watch, and goes on where they say', async () => {
  await writeFile(join(me.cwd, 'my.sh'), 'exit 0\n');
  const stopped = await me.lab(
    [...submit, '--vcpus', '2', '--memory', '256', '--local'],
    '',
    ctrlC(() => plans().length > 0),
  );
  expect([stopped.code, stopped.err]).toEqual([
    130,
    expect.stringContaining('interrupted before its first job'),
  ]);
  const run = /--resume (\S+)/.exec(stopped.err)![1]!;
  const next = `Next: npx lab submit --resume ${run} --local\n`;
  const told = '1 of its jobs is not submitted: the submission is still under way, or was interrupted\n';

  expect((await me.lab(['runs', '--local'])).out).toMatch(
    // Nothing of it has begun to take time.
    new RegExp(`^${run} +rapidtide +not submitted +0/2 +--`, 'm'),
  );
  for (const verb of ['status', 'why']) {
    const { code, err } = await me.lab([verb, '--local']);
    expect([code, err]).toEqual([0, expect.stringContaining(told)]);
    expect(err.endsWith(next)).toBe(true);
  }
  const retried = await me.lab(['retry', '--local']);
  expect(retried).toEqual({
    code: 4,
    out: '',
    err: `error ${run}: ${told}  npx lab submit --resume ${run} --local, or npx lab cancel ${run} --local first\n`,
  });

  // Long ago.
  const [plan] = plans();
  const text = await readFile(join(bucket, plan!), 'utf8');
  await writeFile(join(bucket, plan!), text.replace(/"createdAt":"20\d\d/, '"createdAt":"2020'));
  const watched = await me.lab(['watch', '--local']);
  expect([watched.code, watched.err]).toEqual([4, expect.stringContaining(`0 of 2 participants done`)]);
  expect(watched.err.endsWith(`${told}${next}`)).toBe(true);

  const went = await me.lab(['submit', '--resume', run, '--local', '--wait']);
  expect([went.code, went.err]).toEqual([
    0,
    expect.stringContaining('1 of 1 job was missing and is submitted now'),
  ]);
  expect(went.err).toContain('all 2 participants done');
});

it('a fetch of a run that is not all done says so, on a screen and to a program', async () => {
  await writeFile(join(me.cwd, 'my.sh'), '[ "$1" = a ] || exit 3; echo x > "$DATA_OUT/x.txt"\n');
  await me.lab([...submit, '--vcpus', '2', '--memory', '256', '--local', '--wait']);
  const told = await me.lab(['fetch', '--local', '--to', 'results']);
  expect([told.code, told.err]).toEqual([
    0,
    expect.stringMatching(
      /^1 file, .*\n1 of 2 participants done: what the others make is not here \(npx lab why \S+ --local\)\nNext: ls results\n$/,
    ),
  ]);
  const { out } = await me.lab(['fetch', '--local', '--to', 'results', '--json']);
  expect(JSON.parse(out)).toMatchObject({ files: 1, fetched: 0, items: 2, done: 1 });
});

it('a watch waits for a submission that may go on, and no longer', () => {
  const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
  const ledger = (jobs: number, isAll = true): Ledger =>
    ({
      ended: false,
      unsent: { jobs, isAll, rounds: [{ createdAt: at(0).toISOString() }] },
    }) as unknown as Ledger;
  const watch = unsentWatch(false);
  expect(watch.isGivenUp(ledger(11, false), at(0))).toBe(false);
  expect(watch.isGivenUp(ledger(11), at(1))).toBe(false);
  expect(watch.isGivenUp(ledger(11), at(60))).toBe(false);
  // One more was sent: it goes on.
  expect(watch.isGivenUp(ledger(10), at(61))).toBe(false);
  expect(watch.isGivenUp(ledger(10), at(120))).toBe(false);
  expect(watch.isGivenUp(ledger(10), at(121))).toBe(true);
  expect(unsentWatch(false).isGivenUp(ledger(10), at(301))).toBe(true);
});
