import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { noiseTasks } from '../../containers/ambient-noise/tasks.ts';
import { fileName, metadataKey } from '../../jobs/ambient-noise/archive.ts';
import { addDays, dayOfYear } from '../../jobs/ambient-noise/calendar.ts';
import { ambientNoise } from '../../jobs/ambient-noise/spec.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import type { RunningTwin } from '../../lib/cli/twin/server.ts';
import { fakeLab } from './fake-lab.ts';
import { fakeNoisePy } from './fake-noisepy.ts';

const noisepy = fakeNoisePy();
const stations = ['PASC', 'RPV'];
let folder: string;
let lab: Awaited<ReturnType<typeof fakeLab>>;

const storeOf = (bucket: string) => {
  const file = join(lab.folder, 'twin/server.json');
  const { url, region, keys } = JSON.parse(readFileSync(file, 'utf8')) as RunningTwin;
  return wireStore({ bucket, region, endpoint: url, credentials: async () => keys.deployer });
};
const put = (Key: string, Body: string) =>
  lab.s3.send(new PutObjectCommand({ Bucket: 'scedc-pds', Key, Body }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'noise-faults-'));
  // The second child of a run's array of days loses its spot host, each time that it has one.
  const faults = [{ fault: 'spot-reclaim', index: 1, afterMs: [250, 251], noticeSeconds: 0 }];
  writeFileSync(join(folder, 'faults.json'), JSON.stringify({ containers: faults }));
  process.env.LAB_TWIN_FAULTS = join(folder, 'faults.json');
  const tasks = noiseTasks({
    get store() {
      return storeOf(lab.outputBucket);
    },
    session: async ({ signal }) => noisepy.session(signal),
    archive: async () => ({ ...storeOf('scedc-pds'), prefix: '' }),
  });
  lab = await fakeLab({
    workloads: [ambientNoise],
    tasks: Object.fromEntries(Object.entries(tasks).map(([step, task]) => [`ambient-noise/${step}`, task])),
    processes: [],
    config: {
      name: 'noise',
      region: 'us-west-2',
      datasets: { scedc: { bucket: 'scedc-pds', access: 'public' } },
      workloads: {
        'ambient-noise': {
          image: `public.ecr.aws/lab/noise@sha256:${'a'.repeat(64)}`,
          datasets: { '/archive': 'scedc' },
        },
      },
    },
  });
  delete process.env.LAB_TWIN_FAULTS;
  for (const station of stations) {
    await put(metadataKey('CI', station), '<FDSNStationXML/>');
    for (let day = '2019-01-01'; day <= '2019-01-08'; day = addDays(day, 1))
      for (const channel of ['BHE', 'BHN', 'BHZ'])
        await put(
          `continuous_waveforms/2019/2019_${dayOfYear(day)}/${fileName(day, { network: 'CI', station, channel, location: '' })}`,
          'waves',
        );
  }
});
afterAll(async () => {
  await lab.leave();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  noisepy.runs.length = 0;
  noisepy.takes.clear();
});

const submit = (start: string, end: string, ...more: readonly string[]) =>
  lab.lab(['submit', 'ambient-noise', '--start', start, '--end', end, ...more, '--wait']);
const rowsOf = async (run: string) =>
  JSON.parse((await lab.lab(['status', run, '--step', 'correlate', '--json'])).out).items as {
    name: string;
    state: string;
    attempts: number;
    reason?: string;
  }[];

it('a unit that was reclaimed three times is done on demand by a retry, and no other day is done again', async () => {
  noisepy.takes.set('2019-01-02', 800);
  const first = await submit('2019-01-01', '2019-01-03');
  const run = first.out.trim();
  expect([first.code, first.err]).toEqual([4, expect.anything()]);
  const [, second] = await rowsOf(run);
  expect(second).toMatchObject({ name: '2019-01-02', state: 'failed', attempts: 3 });
  expect(second!.reason).toMatch(/^Host EC2 .* terminated/);
  const again = await lab.lab(['retry', run, '--wait']);
  expect(again.err).toMatch(/correlate +1 .* x86-scratch$/m);
  expect(again.code).toBe(0);
  const times = (day: string): number => noisepy.runs.filter(each => each === day).length;
  expect(['2019-01-01', '2019-01-03', '2019-01-01..2019-01-03'].map(times)).toEqual([1, 1, 1]);
  // How often its lost hosts had come as far as NoisePy is theirs to say.
  expect(times('2019-01-02')).toBeGreaterThan(0);
});

it('days that a shard had finished when it was stopped are not done again', async () => {
  noisepy.takes.set('2019-01-05', 3000);
  const submitted = await lab.lab([
    'submit',
    'ambient-noise',
    ...['--start', '2019-01-04', '--end', '2019-01-06', '--items-per-shard', '3'],
  ]);
  expect([submitted.code, submitted.err]).toEqual([0, expect.stringMatching(/correlate +1 +a job/)]);
  const run = submitted.out.trim();
  for (let tries = 0; !noisepy.runs.includes('2019-01-05') && tries < 200; tries++) await sleep(50);
  await lab.lab(['cancel', run]);
  for (let tries = 0; tries < 200; tries++) {
    const states = (await rowsOf(run)).map(({ state }) => state);
    if (!states.includes('running')) break;
    await sleep(100);
  }
  expect((await rowsOf(run)).map(({ state }) => state)).toEqual(['done', 'cancelled', 'cancelled']);
  const again = await lab.lab(['retry', run, '--wait']);
  expect([again.code, again.err]).toEqual([0, expect.stringContaining('(correlate 2, stack 1)')]);
  expect(noisepy.runs.filter(day => day === '2019-01-04')).toHaveLength(1);
});

it('a script is run by what its name says, and units that fail of one thing have one cause', async () => {
  const text =
    'echo "as $(basename "$0") by $(basename "${BASH:-no bash}")"\n[ "$UNIT" = 2019-01 ] || exit 9\n';
  writeFileSync(join(lab.folder, 'each.sh'), `${text}echo 1 > "$OUTPUT_DIR/result"\n`);
  // One job: of an array the second child loses its hosts here.
  const { out, code } = await submit('2019-01', '2019-03', '--script', './each.sh', '--shards', '1');
  const run = out.trim();
  expect(code).toBe(4);
  expect((await lab.lab(['logs', run, '2019-01'])).out).toContain('as each.sh by bash');
  const { causes } = JSON.parse((await lab.lab(['why', run, '--json'])).out);
  expect(causes).toEqual([
    expect.objectContaining({ reason: 'each.sh exited with 9', names: ['2019-02', '2019-03'] }),
  ]);
  // It has told of no station-day, so nobody knows.
  const calendar = (await lab.lab(['calendar', run])).out;
  expect(calendar).toMatch(/2019-01 {2}\?+ +0 of 62\n[\s\S]*\? its script left no station-days.csv/);
});

it('of the units of a range, too, only those go that are asked for', async () => {
  const over = async (...more: readonly string[]): Promise<string> =>
    (
      await lab.lab([
        'submit',
        'ambient-noise',
        '--start',
        '2019-01-04',
        '--end',
        '2019-01-06',
        '--by',
        'day',
        ...more,
        '--dry-run',
      ])
    ).err;
  expect(await over('--limit', '1')).toContain('over 1 unit: 2019-01-04');
  expect(await over('--only', '2019-01-05..2019-01-06')).toContain('over 2 units: 2019-01-05 … 2019-01-06');
  expect(await over('--only', '2019-01-05,2019-01-09')).toContain('--only: no unit "2019-01-09" in the list');
});

it('a list of units is not said again by a range, and no month of it is days', async () => {
  const both = await lab.lab([
    'submit',
    'ambient-noise',
    '--units',
    '2019-01,2019-02',
    '--start',
    '2019',
    '--by',
    'day',
  ]);
  expect([both.code, both.err]).toEqual([
    2,
    expect.stringMatching(
      /--start: is given beside a list of units[\s\S]*--by day: 2019-01 of the list is a month/,
    ),
  ]);
});

it('a calendar is of its run, whatever another run has made of the same days since', async () => {
  const first = (await submit('2019-01-07', '2019-01-08', '--shards', '1')).out.trim();
  const byDay = (await submit('2019-01-07', '2019-01-07', '--by', 'day')).out.trim();
  const lost = `continuous_waveforms/2019/2019_007/${fileName('2019-01-07', { network: 'CI', station: 'RPV', channel: 'BHN', location: '' })}`;
  await lab.s3.send(new DeleteObjectCommand({ Bucket: 'scedc-pds', Key: lost }));
  const second = (await submit('2019-01-07', '2019-01-08', '--shards', '1')).out.trim();
  await put(lost, 'waves');
  const used = async (run: string): Promise<string> =>
    /^(\d+ of \d+) station-days used/m.exec((await lab.lab(['calendar', run])).out)![1]!;
  expect([await used(first), await used(byDay), await used(second)]).toEqual(['4 of 4', '2 of 2', '3 of 4']);
});
