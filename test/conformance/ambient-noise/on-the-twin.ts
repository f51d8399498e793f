// The real NoisePy on the twin, by the door that people use: reclaimed in the middle, a channel that cannot be read, mended and
// retried; a run with a day more; a script. What comes of it is, number by number, what one uninterrupted NoisePy makes.
// usage: on-the-twin.ts VENV
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labOf } from '../lab-of.ts';

const [venv = ''] = process.argv.slice(2);
const here = import.meta.dirname;
const python = join(venv, 'bin/python');
const { root, state, lab, check, stop } = labOf(
  'ambient-twin',
  {
    name: 'noise',
    region: 'us-west-2',
    datasets: { scedc: { bucket: 'scedc-pds', region: 'us-west-2', access: 'public' } },
    workloads: { 'ambient-noise': { datasets: { '/archive': 'scedc' } } },
  },
  { PATH: process.env.PATH ?? '', LAB_TOOLS: join(venv, 'bin') },
);

const archive = join(state, 's3', 'scedc-pds');
const waveforms = (folder: string, days: number): void =>
  void execFileSync(
    python,
    [join(here, 'waveforms.py'), folder, '2024-03-01', String(days), 'STAA,STAB,STAC'],
    {
      stdio: 'inherit',
    },
  );
const settings = '--sampling_rate 1 --cc_len 1800 --step 1800 --maxlag 60 --freqmin 0.05 --freqmax 0.4'.split(
  ' ',
);
const submit = (last: string, ...more: readonly string[]) =>
  lab(
    'submit',
    'ambient-noise',
    '--start',
    '2024-03-01',
    '--end',
    last,
    '--stations',
    'CI.*',
    '--local',
    '--wait',
    ...more,
  );
const status = async (run: string, ...more: readonly string[]) =>
  JSON.parse((await lab('status', run, ...more, '--local', '--json')).out);
const runOf = (out: string): string => /\d{8}t\d{6}z-[0-9a-f]{6}/.exec(out)![0];

/** What an attempt has left of a day. */
function recordOf(runId: string, shard: number, attempt: number): string {
  const folder = join(state, 's3');
  const name = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find(
    each =>
      each.includes(`${runId}/results/0/correlate/${String(shard).padStart(7, '0')}/`) &&
      each.endsWith(`.${attempt}`),
  );
  return name === undefined ? 'no record' : readFileSync(join(folder, name), 'utf8');
}

mkdirSync(state, { recursive: true });
// Once each: the second day's host goes without a word in the middle of its work, the third one's after a notice.
const reclaim = { fault: 'spot-reclaim', jobName: '*', attempt: 1, times: 1 };
writeFileSync(
  join(state, 'faults.json'),
  JSON.stringify({
    seed: 1,
    // So that the second day is in its middle still, on however quick a machine.
    requests: [
      {
        fault: 'stall',
        service: 's3',
        action: 'GetObject',
        path: 'scedc-pds/continuous_waveforms/2024/2024_062/',
        times: 1,
      },
    ],
    containers: [
      { ...reclaim, index: 1, afterMs: [4000, 4001], noticeSeconds: 0 },
      { ...reclaim, index: 2, afterMs: [2000, 2001], noticeSeconds: 60 },
    ],
  }),
);
const serving = lab('twin', 'serve');
while (!JSON.parse((await lab('twin', 'status', '--json')).out).up) await sleep(200);
const source = join(root, 'source');
waveforms(source, 4);
waveforms(archive, 3);
const bad = join(archive, 'continuous_waveforms/2024/2024_063/CISTAB_BHN___2024063.ms');
writeFileSync(bad, 'no miniSEED\n'.repeat(500));

let run = '';
await check('a reclaimed day is done again, and one with an unreadable channel is told by name', async () => {
  const { code, out, err } = await submit('2024-03-03', '--', ...settings);
  assert.equal(code, 4, err);
  run = runOf(out + err);
  const told = await status(run);
  assert.equal(told.items[0].state, 'failed');
  assert.match(JSON.stringify(told), /CI\.STAB 2024-03-03 \(BHN cannot be read/);
  // The first attempt's host took all that it would have said with it.
  assert.equal(recordOf(run, 1, 1), 'no record');
  assert.match(recordOf(run, 1, 2), /"state":"done"/);
  // On a quick machine the third day has failed by its channel before its container looks for a notice, every 5 s.
  assert.match(
    recordOf(run, 2, 1),
    /"state":"interrupted".*"reason":"spot notice: terminate"|"exitCode":64,.*BHN cannot be read/,
  );
});

await check('the calendar shows it, in a terminal, as a page and as rows', async () => {
  const { code, out } = await lab('calendar', run, '--local', '--page', 'page.html', '--csv', 'rows.csv');
  assert.equal(code, 0);
  assert.match(out, /2024-03 {2}■■▣/);
  assert.match(out, /8 of 9 station-days used/);
  assert.match(readFileSync(join(root, 'page.html'), 'utf8'), /CI\.STAB 2024-03-03: cannot be read/);
  assert.equal(readFileSync(join(root, 'rows.csv'), 'utf8').trim().split('\n').length, 10);
});

await check('mended, that day alone is made anew, and the stack behind it', async () => {
  writeFileSync(
    bad,
    readFileSync(join(source, 'continuous_waveforms/2024/2024_063/CISTAB_BHN___2024063.ms')),
  );
  const { code, err } = await lab('retry', run, '--local', '--wait');
  assert.equal(code, 0, err);
  assert.equal((await status(run)).items[0].state, 'done');
  const log = (await lab('logs', run, '2024-03', '--local')).out;
  assert.doesNotMatch(log, /2024-03-0[12] is made anew/);
});

await check('what came of it is what one NoisePy makes that nobody interrupts', async () => {
  const results = join(root, 'results');
  assert.equal((await lab('fetch', run, '--local', '--to', results)).code, 0);
  execFileSync(
    python,
    [join(here, 'same_as_alone.py'), join(venv, 'bin/noisepy'), archive, results, '2024-03-01', '2024-03-04'],
    {
      stdio: 'inherit',
    },
  );
});

await check('a run with a day more makes that day, and none of those that are done', async () => {
  // Its files alone: another StationXML would make every day anew.
  const day = 'continuous_waveforms/2024/2024_064';
  cpSync(join(source, day), join(archive, day), { recursive: true });
  const { code, out, err } = await submit('2024-03-04', '--', ...settings);
  assert.equal(code, 0, err);
  const told = await status(runOf(out + err));
  assert.equal(told.items[0].state, 'done');
  const log = (await lab('logs', runOf(out + err), '--local', '--step', 'correlate')).out;
  assert.equal(log.match(/is done already/g)?.length, 3, log);
});

await check('a missing day fails its unit; with a share allowed it is partial, and says so', async () => {
  rmSync(join(archive, 'continuous_waveforms/2024/2024_062'), { recursive: true });
  const days = ['--channels', 'BHZ', '--items-per-shard', '4'];
  const strict = await submit('2024-03-04', ...days, '--', ...settings);
  assert.equal(strict.code, 4);
  const lenient = await submit('2024-03-04', ...days, '--allow-missing', '30%', '--', ...settings);
  assert.equal(lenient.code, 0, lenient.err);
  const told = await status(runOf(lenient.out + lenient.err));
  assert.equal(told.items[0].state, 'partial');
  assert.match(JSON.stringify(told), /CI\.STAA 2024-03-02/);
});

await check('a script of the lab’s, over days, by the same door', async () => {
  writeFileSync(
    join(root, 'count.sh'),
    '#!/usr/bin/env bash\nset -eu\necho "$UNIT $UNIT_FIRST_DAY $INPUT_URI $*" > "$OUTPUT_DIR/told"\n',
  );
  const { code, out, err } = await submit(
    '2024-03-02',
    '--by',
    'day',
    '--script',
    './count.sh',
    '--',
    '--deep',
  );
  assert.equal(code, 0, err);
  const results = join(root, 'script');
  await lab('fetch', runOf(out + err), '--local', '--to', results);
  const told = execFileSync('sh', ['-c', `cat $(find ${results} -name told | sort)`], { encoding: 'utf8' });
  assert.equal(
    told,
    '2024-03-01 2024-03-01 s3://scedc-pds/ --deep 2024-03-01 2024-03-01 2024-03-01\n2024-03-02 2024-03-02 s3://scedc-pds/ --deep 2024-03-02 2024-03-02 2024-03-02\n',
  );
});

for (const [title, words, message] of [
  ['two bands', ['--channels', 'BH,HH'], /2 bands/],
  ['a setting that NoisePy does not have', ['--', '--maxlagg', '60'], /--maxlagg/],
  ['a pattern that fits nothing', ['--stations', 'CI.X*'], /no station of the archive fits CI\.X\*/],
] as const)
  await check(`${title} is refused before anything is submitted`, async () => {
    const { code, err } = await lab('submit', 'ambient-noise', '--start', '2024-03', '--local', ...words);
    assert.equal(code, 2);
    assert.match(err, message);
  });

stop();
await serving;
rmSync(root, { recursive: true, force: true });
