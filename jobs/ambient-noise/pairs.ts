import { counted } from '../../lib/contract/workload/number-text.ts';
import { addDays, type Day } from './calendar.ts';
import type { ProvedPair } from './marker.ts';
import type { StationId } from './stations.ts';

/** What a file of NoisePy's store holds, as it was read to its end. */
export interface StoreFile {
  /** Below the store: `<source>/<receiver>/<first>T<past>.tar.gz`. */
  readonly file: string;
  readonly bytes: number;
  /** Components of the pair, or of the stack, with the windows that are in them. */
  readonly rows?: readonly { readonly name: string; readonly ngood: number; readonly finite: boolean }[];
  readonly error?: string;
}

export interface Proof {
  readonly pairs: readonly ProvedPair[];
  /** By pair, why its file is no result. */
  readonly faults: readonly { readonly pair: string; readonly why: string }[];
}

const stamp = (day: Day): string => `${day.replaceAll('-', '_')}_00_00_00`;

/** NoisePy's name of a file from one day's start to another's end. */
export const spanName = (first: Day, last: Day): string =>
  `${stamp(first)}T${stamp(addDays(last, 1))}.tar.gz`;

/** Every pair of the stations, each with itself too: n (n + 1) / 2, by the names in order. */
export function pairsOf(stations: readonly StationId[]): readonly string[] {
  const sorted = [...stations].sort();
  return sorted.flatMap((a, at) => sorted.slice(at).map(b => `${a}/${b}`));
}

/** The pair of a store's file, by the names in order: NoisePy's own order is that of its file names. */
export const pairOf = (file: string): string => file.split('/').slice(0, 2).sort().join('/');

export const isAuto = (pair: string): boolean => {
  const [a, b] = pair.split('/');
  return a === b;
};

/**
 * Proves that a day's store is whole: every pair of the stations has its one file of that day, with all components (9, with
 * itself 6, of one component 1), windows in each, and numbers. NoisePy's exit code says nothing of it.
 */
export function proveDay(
  files: readonly StoreFile[],
  { stations, channels, day }: { stations: readonly StationId[]; channels: readonly string[]; day: Day },
): Proof {
  const expected = (pair: string): number =>
    isAuto(pair) ? (channels.length * (channels.length + 1)) / 2 : channels.length ** 2;
  return prove(files, pairsOf(stations), spanName(day, day), (pair, rows) => {
    const absent = expected(pair) - rows.length;
    if (absent !== 0) return `has ${rows.length} of ${counted(expected(pair), 'component')}`;
    const empty = rows.filter(({ ngood }) => ngood <= 0);
    return empty.length > 0 ? `${empty[0]!.name} has no window` : undefined;
  });
}

/**
 * Proves that every day is in a stack: the windows of each component are the sum of its days'. NoisePy takes a day whose
 * amplitude it finds odd out without a word, and its sum is then less.
 */
export function proveStack(
  files: readonly StoreFile[],
  {
    pairs,
    first,
    last,
  }: { pairs: ReadonlyMap<string, Readonly<Record<string, number>>>; first: Day; last: Day },
): Proof {
  return prove(files, [...pairs.keys()], spanName(first, last), (pair, rows) => {
    const found = new Map(rows.map(({ name, ngood }) => [name, ngood]));
    for (const [component, windows] of Object.entries(pairs.get(pair)!)) {
      if (!found.has(component)) return `has no ${component}`;
      if (found.get(component) !== windows)
        return `${component} has ${counted(found.get(component) ?? 0, 'window')}, and its days have ${windows}`;
    }
    return undefined;
  });
}

function prove(
  files: readonly StoreFile[],
  expected: readonly string[],
  name: string,
  fault: (pair: string, rows: NonNullable<StoreFile['rows']>) => string | undefined,
): Proof {
  const byPair = Map.groupBy(files, ({ file }) => pairOf(file));
  const pairs: ProvedPair[] = [];
  const faults: { pair: string; why: string }[] = [];
  for (const pair of expected) {
    const own = (byPair.get(pair) ?? []).filter(({ file }) => file.split('/').at(-1) === name);
    const [file] = own;
    const why =
      file === undefined
        ? 'has no file'
        : own.length > 1
          ? `has ${counted(own.length, 'file')}, ${own.map(each => each.file).join(' and ')}`
          : file.error
            ? `cannot be read: ${file.error}`
            : (file.rows?.some(row => !row.finite) && 'holds what are no numbers') ||
              fault(pair, file.rows ?? []);
    if (why) faults.push({ pair, why });
    else pairs.push({ file: file!.file, bytes: file!.bytes, windows: windowsOf(file!.rows!) });
  }
  const wanted = new Set(expected);
  for (const pair of byPair.keys()) if (!wanted.has(pair)) faults.push({ pair, why: 'was not asked for' });
  return { pairs, faults };
}

function windowsOf(rows: NonNullable<StoreFile['rows']>): ProvedPair['windows'] {
  const counts = new Set(rows.map(({ ngood }) => ngood));
  return counts.size === 1
    ? rows[0]!.ngood
    : Object.fromEntries(rows.map(({ name, ngood }) => [name, ngood]));
}

/** `BHE_BHN` of a day is `EN` of a stack. */
const stackComponent = (component: string): string =>
  component
    .split('_')
    .map(channel => channel.at(-1))
    .join('');

/** Components of a pair's day with their windows, as its stack names them. */
export function windowsByComponent(
  pair: ProvedPair,
  channels: readonly string[],
): Readonly<Record<string, number>> {
  if (typeof pair.windows === 'object')
    return Object.fromEntries(
      Object.entries(pair.windows).map(([name, count]) => [stackComponent(name), count]),
    );
  const count = pair.windows;
  const letters = channels.map(channel => channel.at(-1)!);
  const auto = isAuto(pairOf(pair.file));
  return Object.fromEntries(
    letters.flatMap((a, at) => (auto ? letters.slice(at) : letters).map(b => [`${a}${b}`, count])),
  );
}
