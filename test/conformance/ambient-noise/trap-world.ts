// What traps share: a small archive, worlds that are made of it, one NoisePy for all.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { correlateDay, type DayResult } from '../../../containers/ambient-noise/day/correlate-day.ts';
import { type NoisePy, startNoisePy } from '../../../containers/ambient-noise/noisepy/session.ts';
import { type StackResult, stackUnit } from '../../../containers/ambient-noise/stack/stack-unit.ts';
import { parseSettings, type Recipe } from '../../../jobs/ambient-noise/settings.ts';
import { folderStore } from '../../helpers/folder-store.ts';

export const [python = '', waveforms = '', only = ''] = process.argv.slice(2);
export const root = mkdtempSync(join(tmpdir(), 'ambient-traps-'));
export const driver = resolve(import.meta.dirname, '../../../containers/ambient-noise/noisepy/driver.py');
const words = '--sampling_rate 1 --cc_len 1800 --step 1800 --maxlag 60 --freqmin 0.05 --freqmax 0.4'.split(
  ' ',
);
export const recipe: Recipe = {
  settings: parseSettings(words).settings,
  stations: ['CI.STAA', 'CI.STAB', 'CI.STAC'],
  channels: ['BHE', 'BHN', 'BHZ'],
  coverage: 0.9,
};
export const days = ['2024-03-01', '2024-03-02', '2024-03-03'];
export const write = (folder: string, ...args: readonly string[]): void =>
  void execFileSync(python, [waveforms, folder, ...args], { stdio: 'inherit' });
export const source = join(root, 'source');
write(source, '2024-03-01', '4', 'STAA,STAB,STAC');

export const said: string[] = [];
const log = (line: string): void => void said.push(line);
const controller = new AbortController();
const start = (threads: number): Promise<NoisePy> =>
  startNoisePy({
    python,
    driver,
    threads,
    log,
    signal: controller.signal,
    // As in a child of an array: with these NoisePy would do nothing.
    environment: {
      ...(process.env as Record<string, string>),
      AWS_BATCH_JOB_ARRAY_INDEX: '1',
      AWS_BATCH_JOB_ID: 'job:1',
    },
  });
let session: Promise<NoisePy> | undefined;
let wide: Promise<NoisePy> | undefined;
/** One that looks into more files at once than most hosts have processors for. */
export const wideNoisepy = (): Promise<NoisePy> => (wide ??= start(8));
/** How often a NoisePy was started. */
export let starts = 0;
export const noisepy = (): Promise<NoisePy> => {
  starts += session ? 0 : 1;
  session ??= start(2);
  return session;
};

let number = 0;
/** An archive of its own, as `change` leaves it, with results of its own. */
export function world(change: (archive: string) => void = () => undefined) {
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
export const file = (
  archive: string,
  day: number,
  station: string,
  channel: string,
  location = '__',
): string =>
  join(
    archive,
    `continuous_waveforms/2024/2024_0${60 + day}/CI${station.padEnd(5, '_')}${channel}${location}_20240${60 + day}.ms`,
  );
export const reasons = (result: DayResult): readonly string[] =>
  result.marker.stations
    .filter(({ state }) => state !== 'used')
    .map(({ station, state, reason }) => `${station} ${state}: ${reason}`);

export async function check(title: string, work: () => Promise<void>): Promise<void> {
  if (!new RegExp(only).test(title)) return;
  try {
    await work();
    console.log(`ok      ${title}`);
  } catch (error) {
    console.log(`FAILED  ${title}\n${(error as Error).stack}\n${said.slice(-15).join('\n')}`);
    process.exitCode = 1;
  }
}

/** Ends what is running of NoisePy; who wants it next starts another. */
export async function endNoisePy(): Promise<void> {
  for (const each of [session, wide]) await (await each)?.close();
  session = wide = undefined;
}

export function leave(): void {
  renameSync(root, `${root}.done`);
  rmSync(`${root}.done`, { recursive: true });
}
