// Every way in which NoisePy ends well over less than was asked for, met by our code around the real one.
// usage: traps.ts PYTHON WAVEFORMS_PY [TITLE: only what this pattern fits]
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { correlateDay, type DayResult } from '../../../containers/ambient-noise/day/correlate-day.ts';
import { correlateArguments } from '../../../containers/ambient-noise/noisepy/arguments.ts';
import { type NoisePy, startNoisePy } from '../../../containers/ambient-noise/noisepy/session.ts';
import { type StackResult, stackUnit } from '../../../containers/ambient-noise/stack/stack-unit.ts';
import { parseSettings, type Recipe } from '../../../jobs/ambient-noise/settings.ts';
import { folderStore } from '../../helpers/folder-store.ts';

const [python = '', waveforms = '', only = ''] = process.argv.slice(2);
const root = mkdtempSync(join(tmpdir(), 'ambient-traps-'));
const driver = resolve(import.meta.dirname, '../../../containers/ambient-noise/noisepy/driver.py');
const words = '--sampling_rate 1 --cc_len 1800 --step 1800 --maxlag 60 --freqmin 0.05 --freqmax 0.4'.split(
  ' ',
);
const recipe: Recipe = {
  settings: parseSettings(words).settings,
  stations: ['CI.STAA', 'CI.STAB', 'CI.STAC'],
  channels: ['BHE', 'BHN', 'BHZ'],
  coverage: 0.9,
};
const days = ['2024-03-01', '2024-03-02', '2024-03-03'];
const write = (folder: string, ...args: readonly string[]): void =>
  void execFileSync(python, [waveforms, folder, ...args], { stdio: 'inherit' });
const source = join(root, 'source');
write(source, '2024-03-01', '4', 'STAA,STAB,STAC');

const said: string[] = [];
const log = (line: string): void => void said.push(line);
const controller = new AbortController();
let session: Promise<NoisePy> | undefined;
let starts = 0;
const noisepy = (): Promise<NoisePy> => {
  starts += session ? 0 : 1;
  session ??= startNoisePy({
    python,
    driver,
    threads: 2,
    log,
    signal: controller.signal,
    // As in a child of an array: with these NoisePy would do nothing.
    environment: {
      ...(process.env as Record<string, string>),
      AWS_BATCH_JOB_ARRAY_INDEX: '1',
      AWS_BATCH_JOB_ID: 'job:1',
    },
  });
  return session;
};

let number = 0;
function world(change: (archive: string) => void = () => undefined) {
  const folder = join(root, `world-${number++}`);
  const archive = join(folder, 'archive');
  cpSync(source, archive, { recursive: true });
  change(archive);
  const results = folderStore(join(folder, 'results'));
  const store = folderStore(archive, 'scedc-pds');
  return {
    archive,
    results,
    day: (day: string, own: Recipe = recipe): Promise<DayResult> => {
      const scratch = join(folder, `scratch-${number++}`);
      mkdirSync(scratch);
      return correlateDay({
        day,
        recipe: own,
        scratch,
        noisepy,
        log,
        signal: controller.signal,
        archive: { ...store, prefix: '' },
        results: { ...results, prefix: 'ambient-noise/' },
      });
    },
    stack: (last: string, allowed = 0, own: Recipe = recipe): Promise<StackResult> => {
      const scratch = join(folder, `scratch-${number++}`);
      mkdirSync(scratch);
      return stackUnit({
        unit: { name: '2024-03', first: '2024-03-01', last },
        recipe: own,
        allowed,
        scratch,
        noisepy,
        log,
        signal: controller.signal,
        folder: 'stack/',
        results: { ...results, prefix: 'ambient-noise/' },
      });
    },
  };
}
const file = (archive: string, day: number, station: string, channel: string, location = '__'): string =>
  join(
    archive,
    `continuous_waveforms/2024/2024_0${60 + day}/CI${station.padEnd(5, '_')}${channel}${location}_20240${60 + day}.ms`,
  );
const reasons = (result: DayResult): readonly string[] =>
  result.marker.stations
    .filter(({ state }) => state !== 'used')
    .map(({ station, state, reason }) => `${station} ${state}: ${reason}`);

async function check(title: string, work: () => Promise<void>): Promise<void> {
  if (!new RegExp(only).test(title)) return;
  try {
    await work();
    console.log(`ok      ${title}`);
  } catch (error) {
    console.log(`FAILED  ${title}\n${(error as Error).stack}\n${said.slice(-15).join('\n')}`);
    process.exitCode = 1;
  }
}

let whole: StackResult;
await check('whole days are proved pair by pair, and their stack by its windows', async () => {
  const { day, stack } = world();
  for (const each of days) {
    const { marker } = await day(each);
    assert.equal(marker.pairs, 6);
    assert.deepEqual(marker.faults, []);
    assert.deepEqual(
      marker.stations.map(({ windows }) => windows),
      [47, 47, 47],
    );
  }
  whole = await stack('2024-03-03');
  assert.equal(whole.verdict, 'whole');
  assert.deepEqual(
    whole.report.stack?.pairs.map(({ windows }) => windows),
    Array(6).fill(141),
  );
});

await check('a finished day is done again by no process at all', async () => {
  const { day, results } = world();
  await day(days[0]!);
  const [before, wrote] = [starts, results.writes.length];
  await (await session!).close();
  session = undefined;
  const again = await day(days[0]!);
  assert.equal(again.stood, true);
  assert.deepEqual([starts, results.writes.length], [before, wrote]);
});

await check(
  'a missing day is missing by name, and its unit is stacked only where that is allowed',
  async () => {
    const { day, stack } = world(archive =>
      rmSync(join(archive, 'continuous_waveforms/2024/2024_062'), { recursive: true }),
    );
    for (const each of days) await day(each);
    assert.deepEqual(
      reasons(await day(days[1]!)),
      recipe.stations.map(id => `${id} no-file: no file of BHE, BHN, BHZ`),
    );
    const refused = await stack('2024-03-03');
    assert.equal(refused.verdict, 'failed');
    assert.match(
      refused.reason!,
      /^3 of 9 station-days are missing: CI\.STAA 2024-03-02 \(no file of BHE, BHN, BHZ\)/,
    );
    const partial = await stack('2024-03-03', 0.4);
    assert.equal(partial.verdict, 'partial');
    assert.deepEqual(
      partial.report.stack?.pairs.map(({ windows }) => windows),
      Array(6).fill(94),
    );
  },
);

await check(
  'an unreadable channel takes its station out, by name; repaired, the day is made anew',
  async () => {
    const { archive, day, stack } = world(all =>
      writeFileSync(file(all, 1, 'STAB', 'BHN'), 'no miniSEED\n'.repeat(100)),
    );
    const broken = await day(days[0]!);
    assert.match(reasons(broken)[0]!, /^CI\.STAB unreadable: BHN cannot be read: /);
    assert.equal(broken.marker.pairs, 3);
    cpSync(file(source, 1, 'STAB', 'BHN'), file(archive, 1, 'STAB', 'BHN'));
    const repaired = await day(days[0]!);
    assert.equal(repaired.stood, false);
    assert.match(
      said.findLast(line => line.includes('made anew'))!,
      /in the archive CISTAB_BHN___2024061\.ms changed/,
    );
    assert.equal(repaired.marker.pairs, 6);
    await day(days[1]!);
    assert.equal((await stack('2024-03-02')).verdict, 'whole');
  },
);

await check('a file of 0 bytes, and one that is cut within a record', async () => {
  const { day } = world(all => {
    truncateSync(file(all, 1, 'STAA', 'BHE'), 0);
    truncateSync(file(all, 1, 'STAC', 'BHZ'), 512 * 100 + 100);
  });
  const found = reasons(await day(days[0]!));
  assert.match(found[0]!, /^CI\.STAA incomplete: no file of BHE/);
  assert.match(found[1]!, /^CI\.STAC (short|unreadable): BHZ /);
});

await check('65 % of a day is not a day, unless that was asked for', async () => {
  const { day } = world(all => {
    const path = file(all, 1, 'STAB', 'BHZ');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, Math.floor((whole.length / 512) * 0.65) * 512));
  });
  assert.match(reasons(await day(days[0]!))[0]!, /^CI\.STAB short: BHZ has 6[45] % of the day's samples/);
  const lenient = await day(days[0]!, { ...recipe, coverage: 0.5 });
  const [, row] = lenient.marker.stations;
  assert.equal(row!.state, 'used');
  assert.ok(row!.windows! < 40 && row!.windowsOfDay === 47, JSON.stringify(row));
});

await check('other settings are another result: nothing of the two is mixed', async () => {
  const { day, stack } = world();
  await day(days[0]!);
  await day(days[1]!);
  const other = { ...recipe, settings: { ...recipe.settings, maxlag: '30' } };
  assert.equal((await day(days[0]!, other)).stood, false);
  const refused = await stack('2024-03-02', 0, other);
  assert.match(
    refused.reason!,
    /^3 of 6 station-days are missing: CI\.STAA 2024-03-02 \(the day has no result\)/,
  );
  assert.equal((await stack('2024-03-02')).verdict, 'whole');
});

await check('one more day: the stack is made of all, and the days before are not', async () => {
  const { day, stack, results } = world();
  for (const each of days.slice(0, 2)) await day(each);
  assert.deepEqual(
    (await stack('2024-03-02')).report.stack?.pairs.map(({ windows }) => windows),
    Array(6).fill(94),
  );
  const before = results.writes.length;
  for (const each of days.slice(0, 2)) assert.equal((await day(each)).stood, true);
  assert.equal(results.writes.length, before);
  await day(days[2]!);
  assert.deepEqual(
    (await stack('2024-03-03')).report.stack?.pairs.map(({ windows }) => windows),
    Array(6).fill(141),
  );
});

await check(
  'two bands and two locations in the archive: one of each is correlated, and the stack has it',
  async () => {
    const { day, stack } = world(all => {
      write(all, '2024-03-01', '2', 'STAA,STAB,STAC', '--channels', 'HHE,HHN,HHZ');
      // Metadata that know BH at location 00 alone, beside files without a location.
      write(all, '2024-03-01', '2', 'STAA,STAB,STAC', '--location', '00');
    });
    for (const each of days.slice(0, 2)) assert.equal((await day(each)).marker.pairs, 6);
    assert.equal((await stack('2024-03-02')).verdict, 'whole');
  },
);

await check('another rate, metadata that are broken, absent, or of another time: each by name', async () => {
  const { archive, day } = world(all => {
    write(join(all, '..', 'slow'), '2024-03-01', '1', 'STAA', '--rate', '0.5');
    cpSync(file(join(all, '..', 'slow'), 1, 'STAA', 'BHZ'), file(all, 1, 'STAA', 'BHZ'));
    writeFileSync(join(all, 'FDSNstationXML/CI/CI_STAB.xml'), '<FDSNStationXML');
    rmSync(join(all, 'FDSNstationXML/CI/CI_STAC.xml'));
  });
  const found = reasons(await day(days[0]!));
  assert.match(found[0]!, /^CI\.STAA other-rate: its components have 1 and 0\.5 Hz/);
  assert.match(found[1]!, /^CI\.STAB no-metadata: BHE, BHN, BHZ: its StationXML cannot be read/);
  assert.match(found[2]!, /^CI\.STAC no-metadata: BHE, BHN, BHZ: there is no StationXML of the station/);
  assert.equal((await day(days[0]!)).stood, true);
  const xml = join(archive, 'FDSNstationXML/CI/CI_STAA.xml');
  writeFileSync(xml, readFileSync(xml, 'utf8').replaceAll('2000-01-01', '2024-03-02'));
  assert.match(reasons(await day(days[0]!)).join(' '), /CI\.STAA (other-rate|no-metadata)/);
});

await check('a channel without a response ends nothing: its station is left out, by name', async () => {
  const { day } = world(all => write(all, '2024-03-01', '1', 'STAC', '--no-response'));
  const found = await day(days[0]!);
  assert.match(
    reasons(found).join(),
    /^CI\.STAC no-metadata: BHE, BHN, BHZ: its StationXML has no response of --\.BHE$/,
  );
  assert.equal(found.marker.pairs, 3);
});

await check(
  'a station whose name begins another one’s, and one of another network: those that were asked for',
  async () => {
    const { day, results, stack } = world(all => {
      write(all, '2024-03-01', '2', 'STA');
      write(all, '2024-03-01', '2', 'FRD', '--network', 'AZ');
    });
    const own = { ...recipe, stations: ['AZ.FRD', 'CI.STA', 'CI.STAB'] };
    for (const each of days.slice(0, 2)) {
      const { marker } = await day(each, own);
      assert.deepEqual([marker.pairs, marker.faults], [6, []]);
    }
    assert.deepEqual(
      results.writes.filter(key => /STAA|STAC/.test(key)),
      [],
    );
    assert.equal((await stack('2024-03-02', 0, own)).verdict, 'whole');
  },
);

await check(
  'a day that NoisePy takes out of a stack for its amplitude is missed by its windows',
  async () => {
    const { day, stack } = world(all => write(all, '2024-03-02', '1', 'STAB', '--amplitude', '3000'));
    const loud = { ...recipe, settings: { ...recipe.settings, freq_norm: 'no' } };
    for (const each of days) assert.equal((await day(each, loud)).marker.pairs, 6);
    const found = await stack('2024-03-03', 0, loud);
    assert.equal(found.verdict, 'failed');
    assert.match(found.reason!, /STAB .*has 94 windows, and its days have 141/);
  },
);

await check('a file that holds its day twice is that day once', async () => {
  const { day, stack } = world(all => {
    const path = file(all, 1, 'STAB', 'BHZ');
    const once = readFileSync(path);
    writeFileSync(path, Buffer.concat([once, once]));
  });
  const { marker } = await day(days[0]!);
  assert.deepEqual(
    marker.stations.map(({ state, coverage, windows }) => [state, coverage, windows]),
    Array(3).fill(['used', 1, 47]),
  );
  await day(days[1]!);
  assert.equal((await stack('2024-03-02')).verdict, 'whole');
});

await check(
  'what is gone from the results is made again, and a half-written file is never taken for a result',
  async () => {
    const { day, results } = world();
    const first = await day(days[0]!);
    const path = join(root, `world-${number}`);
    const key = `${first.marker.folder}ccf/CI.STAA/CI.STAB/2024_03_01_00_00_00T2024_03_02_00_00_00.tar.gz`;
    const store = results as unknown as { get(key: string): Promise<Buffer> };
    assert.ok(await store.get(key), path);
    const cut = await (await noisepy()).count(await cutStore(await store.get(key)));
    assert.match(cut[0]!.error!, /EOFError|Compressed file ended/);
  },
);

async function cutStore(body: Buffer): Promise<string> {
  const folder = join(root, 'cut');
  mkdirSync(join(folder, 'CI.STAA/CI.STAB'), { recursive: true });
  writeFileSync(
    join(folder, 'CI.STAA/CI.STAB/2024_03_01_00_00_00T2024_03_02_00_00_00.tar.gz'),
    body.subarray(0, body.length / 2),
  );
  return folder;
}

await check('two days are the least that NoisePy stacks: one is refused in words', async () => {
  const { day, stack } = world();
  await day(days[0]!);
  const one = await stack('2024-03-01');
  assert.equal(one.verdict, 'failed');
  assert.match(one.reason!, /CI\.STAA\/CI\.STAA has one day/);
});

await check('a container that is killed takes NoisePy with it, in the middle of a day', async () => {
  const work = join(root, 'killed');
  mkdirSync(work);
  const folders = {
    waveforms: join(source, 'continuous_waveforms'),
    metadata: join(source, 'FDSNstationXML/CI'),
  };
  const args = correlateArguments(
    { ...recipe, settings: { ...recipe.settings, step: '60' } },
    recipe.stations,
    days[0]!,
    {
      ...folders,
      correlations: join(work, 'ccf'),
      log: join(work, 'log.txt'),
    },
  );
  const container = spawn(
    process.execPath,
    [join(import.meta.dirname, 'busy-container.ts'), python, driver, work, JSON.stringify(args)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(container.stdout, 'data');
  const family = familyOf(container.pid!);
  container.kill('SIGKILL');
  assert.ok(family.length >= 3, `the container, NoisePy and its day: ${family.join(', ')}`);
  for (let tries = 0; tries < 50 && family.some(isAlive); tries++) await sleep(100);
  assert.deepEqual(family.filter(isAlive), []);
});

/** A process and all that come from it. */
function familyOf(pid: number): readonly number[] {
  const found = [pid];
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = text
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  for (const each of found)
    found.push(...pairs.flatMap(([child, parent]) => (parent === each ? [child!] : [])));
  return found;
}

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

if (session) await (await session).close();
renameSync(root, `${root}.done`);
rmSync(`${root}.done`, { recursive: true });
