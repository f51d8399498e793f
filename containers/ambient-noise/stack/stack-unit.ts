import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  completenessOf,
  missingText,
  rowsWithout,
  type Verdict,
  verdict,
} from '../../../jobs/ambient-noise/completeness.ts';
import { markerKey } from '../../../jobs/ambient-noise/keys.ts';
import type { DayMarker, ProvedPair, UnitReport } from '../../../jobs/ambient-noise/marker.ts';
import { pairOf, proveStack, windowsByComponent } from '../../../jobs/ambient-noise/pairs.ts';
import { type Recipe, recipeHash } from '../../../jobs/ambient-noise/settings.ts';
import type { StationDay } from '../../../jobs/ambient-noise/station-day.ts';
import { type Unit, unitDays } from '../../../jobs/ambient-noise/units.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { pairsKey } from '../day/keys.ts';
import { stackArguments } from '../noisepy/arguments.ts';
import { endText, type NoisePy } from '../noisepy/session.ts';
import { atOnce, type Results } from '../places.ts';

export interface StackWork {
  readonly unit: Unit;
  readonly recipe: Recipe;
  /** Share of the unit's station-days, and of its pairs, that may be missing, 0 to 1. */
  readonly allowed: number;
  readonly results: Results;
  readonly scratch: string;
  /** Key prefix of the stack, `/` at the end. */
  readonly folder: string;
  noisepy(): Promise<NoisePy>;
  readonly signal: AbortSignal;
  log(line: string): void;
}

export interface StackResult {
  readonly report: UnitReport;
  readonly verdict: Verdict;
  /** What is missing, in a sentence; undefined where nothing is. */
  readonly reason?: string;
  /** Proved files of the stack, on scratch. */
  readonly stack: string;
  readonly peakMemoryBytes: number;
}

/**
 * Stacks the days of a unit, all of those that are proved and no other: in an empty folder, with the dates said, and proved
 * by the windows. With more missing than is allowed nothing is stacked: a stack that stands is taken for a whole one.
 */
export async function stackUnit(work: StackWork): Promise<StackResult> {
  const { unit, recipe, allowed } = work;
  const hash = recipeHash(recipe);
  const markers = await readMarkers(work, hash);
  const rows = unitDays(unit).flatMap(day => rowsOf(markers.get(day), day, recipe));
  const dayFaults = [...markers.values()].flatMap(({ day, faults }) =>
    faults.map(fault => `${day} ${fault}`),
  );
  const report = {
    version: 1,
    unit: unit.name,
    first: unit.first,
    last: unit.last,
    recipe: hash,
    rows,
  } as const;
  const stack = join(work.scratch, 'stack');
  const missing = verdict(completenessOf(rows), allowed);
  if (missing === 'failed')
    return {
      report: { ...report, faults: dayFaults },
      verdict: 'failed',
      reason: missingText(rows),
      stack,
      peakMemoryBytes: 0,
    };

  const { pairs, left } = await fetchPairs(work, [...markers.values()]);
  const made = pairs.size === 0 ? undefined : await stackPairs(work, pairs, stack);
  const faults = [...dayFaults, ...(made?.faults ?? [])];
  // A pair that lacks a day is in the stack without it: allowed or not like a station's day.
  const short = (made?.faults.length ?? 0) + left.length;
  const pairVerdict =
    short + dayFaults.length === 0
      ? 'whole'
      : short <= allowed * (pairs.size + left.length) && allowed > 0
        ? 'partial'
        : 'failed';
  const all = [missing, pairVerdict] as const;
  return {
    report: {
      ...report,
      faults,
      stack: { folder: work.folder, pairs: made?.pairs ?? [], days: markers.size, left },
    },
    verdict:
      all.includes('failed') || pairs.size === 0 ? 'failed' : all.includes('partial') ? 'partial' : 'whole',
    ...reasonOf(rows, faults, left),
    stack,
    peakMemoryBytes: made?.peakMemoryBytes ?? 0,
  };
}

async function readMarkers(
  { unit, results, log }: StackWork,
  recipe: string,
): Promise<ReadonlyMap<string, DayMarker>> {
  const found = await mapLimit(unitDays(unit), atOnce, day =>
    results.get(markerKey(results.prefix, recipe, day)),
  );
  const markers = found.flatMap(body => (body ? [JSON.parse(body.toString('utf8')) as DayMarker] : []));
  // The key holds the start of the hash alone.
  for (const { day, recipe: own } of markers)
    if (own !== recipe) log(`${day} was made with other settings, and is not stacked`);
  return new Map(markers.filter(marker => marker.recipe === recipe).map(marker => [marker.day, marker]));
}

const rowsOf = (
  marker: DayMarker | undefined,
  day: string,
  { stations, channels }: Recipe,
): readonly StationDay[] =>
  marker?.stations ?? rowsWithout(stations, day, channels.length, 'the day has no result');

interface Pairs {
  /** By pair, the windows of each component over all days. */
  readonly pairs: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** With fewer than two days, of which NoisePy makes no stack. */
  readonly left: readonly string[];
}

/** The files that the markers prove, and no other, in a folder as NoisePy keeps one. */
async function fetchPairs(work: StackWork, markers: readonly DayMarker[]): Promise<Pairs> {
  const { results, scratch, recipe, signal } = work;
  const proved = await mapLimit(
    markers.filter(marker => marker.pairs > 0),
    atOnce,
    async ({ folder, day }) => {
      const body = await results.get(pairsKey(folder));
      if (!body) throw new Error(`the pairs of ${day} are gone: s3://${results.bucket}/${pairsKey(folder)}`);
      return { folder, pairs: JSON.parse(body.toString('utf8')) as readonly ProvedPair[] };
    },
  );
  const files = proved.flatMap(({ folder, pairs }) => pairs.map(pair => ({ folder, pair })));
  const byPair = Map.groupBy(files, ({ pair }) => pairOf(pair.file));
  const stacked = [...byPair].filter(([, own]) => own.length >= 2);
  await mapLimit(
    stacked.flatMap(([, own]) => own),
    atOnce,
    async ({ folder, pair }) => {
      const path = join(scratch, 'ccf', pair.file);
      await mkdir(dirname(path), { recursive: true });
      const { size } = await results.download(`${folder}ccf/${pair.file}`, path, signal);
      if (size !== pair.bytes)
        throw new Error(`${folder}ccf/${pair.file} has ${size} bytes, and ${pair.bytes} were proved`);
    },
  );
  return {
    pairs: new Map(
      stacked.map(([pair, own]) => [
        pair,
        sum(own.map(each => windowsByComponent(each.pair, recipe.channels))),
      ]),
    ),
    left: [...byPair].filter(([, own]) => own.length < 2).map(([pair]) => `${pair} has one day`),
  };
}

function sum(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const count of counts)
    for (const [name, value] of Object.entries(count)) total[name] = (total[name] ?? 0) + value;
  return total;
}

async function stackPairs(work: StackWork, pairs: Pairs['pairs'], stack: string) {
  const { unit, recipe, scratch } = work;
  work.signal.throwIfAborted();
  const noisepy = await work.noisepy();
  const stations = [...new Set([...pairs.keys()].flatMap(pair => pair.split('/')))];
  const args = stackArguments(recipe, stations, unit, {
    correlations: join(scratch, 'ccf'),
    stack,
    log: join(scratch, 'log.txt'),
  });
  const end = await noisepy.run(scratch, args);
  if (end.exitCode !== 0) throw new Error(endText('stack', end));
  const proof = proveStack(await noisepy.count(stack), { pairs, first: unit.first, last: unit.last });
  return {
    pairs: proof.pairs,
    faults: proof.faults.map(({ pair, why }) => `${pair} ${why}`),
    peakMemoryBytes: end.peakMemoryBytes,
  };
}

function reasonOf(
  rows: readonly StationDay[],
  faults: readonly string[],
  left: readonly string[],
): { readonly reason?: string } {
  const words = [
    ...(rows.some(({ state }) => state !== 'used') ? [missingText(rows)] : []),
    ...[...faults, ...left].slice(0, 3),
    ...(faults.length + left.length > 3 ? [`and ${faults.length + left.length - 3} more`] : []),
  ];
  return words.length > 0 ? { reason: words.join('; ') } : {};
}
