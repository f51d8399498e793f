import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchClient } from '@aws-sdk/client-batch';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Ran, user } from './helper.ts';
import { toldBeforeSubmitting } from './run/before-submitting.ts';
import { toldOfOtherRuns } from './run/other-runs.ts';

const config = {
  name: 'test',
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
};
const script = `set -e
test "$PARTICIPANT_FROM_ARRAY" = "$2"
grep -q good "$DATA_IN/$2.txt" || { echo "bad scan of $2" >&2; exit 3; }
echo "$1 $2" > "$DATA_OUT/result.txt"
env | grep -E 'SECRET|CONTAINER_AUTH' && exit 9
echo "worked on $2"
`;
const small = ['--vcpus', '2', '--memory', '256'];
let me: Awaited<ReturnType<typeof user>>;
let put: (bucket: string, key: string, body: string) => Promise<unknown>;
let twinObject: (key: string) => Promise<Uint8Array>;
let bucket: string;
let batch: BatchClient;
let first: Ran;
let runId: string;

beforeAll(async () => {
  me = await user(config);
  const twin = await me.twin();
  put = (Bucket, Key, Body) => twin.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  bucket = twin.outputs.OutputBucketName!;
  twinObject = async Key =>
    (await twin.s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body!.transformToByteArray();
  await put(bucket, 'config/work.sh', script);
  await put(bucket, 'config/slow.sh', 'sleep 0.3; echo slept for $1');
  batch = new BatchClient({ endpoint: twin.url, region: twin.region, credentials: twin.keys.deployer });
  for (const name of ['p 1', 'pä2', 'p3'])
    await put('scans-of-ours', `${name}.txt`, name === 'p3' ? 'broken' : 'good');
  await writeFile(join(me.cwd, 'participants.txt'), 'p 1\r\n\r\npä2\r\np3\r\n');
  first = await me.lab([
    'submit',
    'rapidtide',
    '--participants',
    'participants.txt',
    '--do',
    'script',
    '--script',
    'work.sh',
    ...small,
    '--local',
    '--wait',
    '--',
    'extra',
  ]);
  runId = first.out.trim();
});
afterAll(() => me.leave());

it('a run with a failure exits 4, prints its id alone on stdout, and says what failed and what to do', () => {
  expect(first.code).toBe(4);
  expect(runId).toMatch(/^\d{8}t\d{6}z-[0-9a-f]{6}$/);
  expect(first.err).toContain('1 participant failed (exit code 3): work.sh exited with 3\n  p3');
  expect(first.err.trim().split('\n').slice(-2)).toEqual([
    `what they printed: npx lab logs ${runId} --failed --local`,
    `Next: npx lab retry ${runId} --local`,
  ]);
});

it('what is refused of a run names the command that looks, at the same lab', async () => {
  const stranger = await me.lab(['status', runId, 'p9', '--local']);
  expect([stranger.code, stranger.err]).toEqual([
    2,
    `error p9: is no participant of ${runId}\n  npx lab status ${runId} --local\n`,
  ]);
});

it('why says the cause, what the tool printed last, and the command that runs exactly these again', async () => {
  const { code, out } = await me.lab(['why', runId, '--local', '--json']);
  const [cause] = JSON.parse(out).causes;
  expect(code).toBe(0);
  expect(cause).toMatchObject({ kind: 'tool', exitCode: 3, names: ['p3'], tail: ['bad scan of p3'] });
  expect(cause.remedy.command).toBe(`npx lab retry ${runId} --cause ${cause.id} --local`);
  const shown = await me.lab(['why', runId, '--local']);
  expect(shown.out).toContain(
    '1 participant failed (exit code 3): work.sh exited with 3\n  p3\n  │ bad scan of p3\n',
  );
  expect((await me.lab(['why', runId, '--names', cause.id, '--local'])).out).toBe('p3\n');
  const unknown = await me.lab(['why', runId, '--names', 'ffff', '--local']);
  expect([unknown.code, unknown.err]).toEqual([
    2,
    expect.stringContaining(`\n  npx lab why ${runId} --local\n`),
  ]);
  const dry = await me.lab(['retry', runId, '--cause', cause.id, '--dry-run', '--local', '--json']);
  expect(JSON.parse(dry.out).steps[0]).toMatchObject({ items: 1, shards: 1 });
  const wrong = await me.lab(['retry', runId, '--cause', 'ffff', '--local']);
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('npx lab why')]);
});

it('report is one page that loads nothing, with every name, cause and hash', async () => {
  const { code, out, err } = await me.lab(['report', runId, '--local', '--out', 'r.html']);
  expect([code, out]).toEqual([0, `${join(me.cwd, 'r.html')}\n`]);
  expect(err).toMatch(/^host {3,}market +attempts +vCPU-hours +for nothing +price\nunknown +on-demand +3 /);
  expect(err.trimEnd().split('\n').at(-1)).toBe(`Next: npx lab why ${runId} --local`);
  const page = await readFile(join(me.cwd, 'r.html'), 'utf8');
  const [, data] = /<script type="application\/json" id="facts">(.*?)<\/script>/s.exec(page)!;
  const facts = JSON.parse(data!);
  expect(facts.items).toMatchObject({ names: ['p 1', 'pä2', 'p3'], states: ['done', 'done', 'failed'] });
  expect(facts.usage).toMatchObject({ attempts: 3 });
  expect(facts.usage.dollars).toBeUndefined();
  const manifest = await twinObject(`runs/rapidtide/${runId}/manifest`);
  expect(facts.provenance.manifestSha256).toBe(createHash('sha256').update(manifest).digest('hex'));
  expect(page).toContain('bad scan of p3');
  expect(page.replace(data!, '')).not.toMatch(/(?:src|href)=|@import|url\(/);
});

it('a shell completes runs and items of the twin, and of no other lab', async () => {
  const words = async (...line: string[]) =>
    (await me.lab(['completion', 'words', '--', ...line])).out.split('\n');
  expect(await words('status', '--local', runId.slice(0, 8))).toContain(runId);
  expect(await words('status', runId, '--local', 'p')).toEqual(['p 1', 'pä2', 'p3', '']);
  expect(await words('status', '--local', '--lab', 'another', runId.slice(0, 8))).toEqual(['']);
});

it.each([
  ['report', '--out', 'no/such/folder/r.html'],
  ['report', '--all', '--out', 'participants.txt'],
  ['fetch', '--to', 'participants.txt/x'],
  ['fetch', '--to', '/proc'],
  ['fetch', '--to', '/proc/lab/results'],
  ['fetch', '--to', '/sys/lab'],
  ['report', '--out', '/proc/r.html'],
  ['report', '--all', '--out', '/proc/lab/reports'],
])('a place that %s cannot write to is bad input, and no fault of ours', async (verb, ...words) => {
  const { code, err } = await me.lab([verb, ...(words[0] === '--all' ? [] : [runId]), ...words, '--local']);
  expect([code, err]).toEqual([2, expect.stringContaining('cannot be written or read (E')]);
  expect(err).not.toContain('a fault of ours');
});

it('status has every item by its name', async () => {
  const { out } = await me.lab(['status', runId, '--local', '--json']);
  const ledger = JSON.parse(out);
  expect(
    ledger.items.map((row: { name: string; state: string; exitCode: number }) => [
      row.name,
      row.state,
      row.exitCode,
    ]),
  ).toEqual([
    ['p 1', 'done', 0],
    ['pä2', 'done', 0],
    ['p3', 'failed', 3],
  ]);
  expect((await me.lab(['status', runId, '--local', '--not-done', '--names'])).out).toBe('p3\n');
});

it('logs of what failed hold the tool’s own words', async () => {
  const { out } = await me.lab(['logs', runId, '--failed', '--local']);
  expect(out).toContain('[p3] bad scan of p3');
  expect(out).not.toContain('worked on');
});

it('a submission that is resumed finds everything sent, and sends nothing', async () => {
  const resumed = await me.lab(['submit', '--resume', runId, '--local']);
  expect(resumed.err).toContain('0 of 1 job was missing');
});

it('retry is refused with the reason when no host can hold it, and changes nothing', async () => {
  const refused = await me.lab(['retry', runId, '--memory', 'x5000', '--local']);
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(/fit no host of pool arm64-ondemand[\s\S]*gives containers/);
});

it('retry runs exactly what is not done, and fetch brings every output', async () => {
  await put('scans-of-ours', 'p3.txt', 'good');
  const again = await me.lab(['retry', runId, '--local', '--wait']);
  expect(again.code).toBe(0);
  expect(again.err).toContain('round 1: 1 participant again');
  const { items } = JSON.parse((await me.lab(['status', runId, '--local', '--json'])).out);
  expect(items.map((row: { round: number; attempts: number }) => [row.round, row.attempts])).toEqual([
    [0, 1],
    [0, 1],
    [1, 2],
  ]);
  expect((await me.lab(['fetch', runId, '--to', 'results', '--local'])).code).toBe(0);
  expect(await readFile(join(me.cwd, 'results', 'p 1', 'result.txt'), 'utf8')).toBe('extra p 1\n');
  expect(await readFile(join(me.cwd, 'results', 'pä2', 'result.txt'), 'utf8')).toBe('extra pä2\n');
  const nothing = await me.lab(['retry', runId, '--local']);
  expect([nothing.code, nothing.err]).toEqual([0, expect.stringContaining('nothing to retry')]);
});

it('a cancelled run can be retried', async () => {
  await put(bucket, 'config/cancelled.sh', 'test -e $DATA_IN/go || sleep 30');
  const submitted = await me.lab(
    [
      'submit',
      'rapidtide',
      '--participants',
      '-',
      '--do',
      'script',
      '--script',
      'cancelled.sh',
      ...small,
      '--local',
    ],
    'a\nb\n',
  );
  const slow = submitted.out.trim();
  const cancelled = await me.lab(['cancel', slow, '--local']);
  expect(cancelled.err).toContain('1 job is being stopped');
  const watched = await me.lab(['watch', slow, '--local']);
  expect([watched.code, watched.err]).toEqual([
    4,
    // A second, on a busy machine, is told.
    expect.stringMatching(
      `0 of 2 participants done, 2 cancelled( in \\d+s)?\nNext: npx lab retry ${slow} --local`,
    ),
  ]);
  const { counts } = JSON.parse((await me.lab(['status', slow, '--local', '--json'])).out);
  expect(counts).toMatchObject({ cancelled: 2, failed: 0 });
  const none = await me.lab(['retry', slow, '--failed', '--local']);
  expect(none.err).toContain('none has failed, and 2 are cancelled');
  await put('scans-of-ours', 'go', 'x');
  expect((await me.lab(['retry', slow, '--local', '--wait'])).code).toBe(0);
});

it('a submission that is interrupted while it still looks submits nothing; so do commands that only read', async () => {
  const before = (await me.lab(['runs', '--local', '--json'])).out;
  const words = ['submit', 'rapidtide', '--participants', 'participants.txt', '--do', 'copy-test', '--local'];
  const submitted = await me.lab(words, '', AbortSignal.abort());
  expect([submitted.code, submitted.out]).toEqual([130, '']);
  expect(submitted.err).toContain('interrupted; nothing was submitted');
  expect((await me.lab(['runs', '--local', '--json'])).out).toBe(before);
  for (const words of [['status'], ['runs'], ['stack-info'], ['doctor']]) {
    const read = await me.lab([...words, '--local'], '', AbortSignal.abort());
    expect([words, read.code, read.out]).toEqual([words, 130, '']);
  }
});

it('fetch that is interrupted says how it goes on, and a run without outputs that it has none', async () => {
  const interrupted = await me.lab(['fetch', runId, '--to', 'part', '--local'], '', AbortSignal.abort());
  expect([interrupted.code, interrupted.out]).toEqual([130, '']);
  expect(interrupted.err).toContain(`Next: npx lab fetch ${runId} --to part --local\n`);
  const none = await me.lab(['fetch', 'latest', '--local']);
  expect([none.code, none.out]).toEqual([0, '']);
  expect(none.err).toContain('nothing to fetch: 2 of 2 participants done, with no outputs');
});

it('runs lists them, newest first', async () => {
  const runs = JSON.parse((await me.lab(['runs', '--local', '--json'])).out) as { run: string }[];
  expect(runs.length).toBeGreaterThanOrEqual(2);
  expect(runs.at(-1)!.run).toBe(runId);
});

it('stack-info is what aws batch submit-job wants, and leads to the command as JSON', async () => {
  const { out, err } = await me.lab(['stack-info', 'rapidtide', '--local']);
  expect(err).toMatch(/command as JSON, --container-overrides '\{"command":.*a word such as memory=4/);
  expect(out).toMatch(
    /^--job-queue \S+ --job-definition arraylab-test-rapidtide-arm64 --tags arraylab:lab=test\n$/,
  );
});

toldOfOtherRuns({
  get me() {
    return me;
  },
  get batch() {
    return batch;
  },
  get runId() {
    return runId;
  },
  small,
});

toldBeforeSubmitting(
  (...call) => me.lab(...call),
  (key, body) => put(bucket, key, body),
);
