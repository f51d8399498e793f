import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NoisePy } from '../../containers/ambient-noise/noisepy/session.ts';
import { addDays } from '../../jobs/ambient-noise/calendar.ts';
import { isAuto, pairsOf, type StoreFile, spanName } from '../../jobs/ambient-noise/pairs.ts';

/** What a day's file holds where it is to be unreadable. */
export const unreadable = 'no miniSEED';

export interface FakeNoisePy {
  /** Ends with its container. */
  session(signal: AbortSignal): NoisePy;
  /** Days that were correlated, and spans that were stacked, in order; those too that were ended on the way. */
  readonly runs: string[];
  /** How long a day takes, in ms; 0 for those that are not named. */
  readonly takes: Map<string, number>;
}

/** Stands for NoisePy and ObsPy where it is not they that are met: its stores have what is asked of it, as one JSON file a pair. */
export function fakeNoisePy(): FakeNoisePy {
  const runs: string[] = [];
  const takes = new Map<string, number>();
  const run = async (signal: AbortSignal, args: readonly string[]): ReturnType<NoisePy['run']> => {
    const value = (name: string): string => args[args.indexOf(`--${name}`) + 1]!;
    const [first, last] = [value('start_date'), addDays(value('end_date'), -1)];
    const isStack = args[0] === 'stack';
    runs.push(isStack ? `${first}..${last}` : first);
    await sleep(isStack ? 0 : (takes.get(first) ?? 0), undefined, { signal });
    const stations = value('stations').split(',');
    const letters = value('channels').split(',');
    for (const pair of pairsOf(stations.map(name => `${value('networks')}.${name}`))) {
      const days = isStack ? await readdir(join(value('ccf_path'), pair)) : ['one'];
      const rows = letters.flatMap((a, at) =>
        (isAuto(pair) ? letters.slice(at) : letters).map(b => ({
          name: isStack ? `${a.at(-1)}${b.at(-1)}` : `${a}_${b}`,
          ngood: 47 * days.length,
          finite: true,
        })),
      );
      const path = join(value(isStack ? 'stack_path' : 'ccf_path'), pair, spanName(first, last));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify(rows));
    }
    return { exitCode: 0, peakMemoryBytes: 1, cpuSeconds: 0 };
  };
  const session = (signal: AbortSignal): NoisePy => ({
    inspect: async ({ files }) =>
      Promise.all(
        files.map(async ({ path }) =>
          (await readFile(path, 'utf8')) === unreadable
            ? { error: 'TypeError: Unknown format' }
            : { rate: 20, traces: 1, coverage: 1 },
        ),
      ),
    run: (_folder, args) => run(signal, args),
    count: async folder => {
      const names = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.gz')).sort();
      return Promise.all(
        names.map(async (file): Promise<StoreFile> => {
          const text = await readFile(join(folder, file), 'utf8');
          return { file, bytes: text.length, rows: JSON.parse(text) };
        }),
      );
    },
    hasEnded: () => false,
    close: async () => undefined,
  });
  return { session, runs, takes };
}
