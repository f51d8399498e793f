import type { Store } from '../../lib/contract/ports/ports.ts';
import { outputsPrefix, type RunRef } from '../../lib/contract/run/keys.ts';
import type { Item, RunRequest } from '../../lib/contract/workload/workload.ts';
import { markerKey, resultsPrefix } from './keys.ts';
import type { DayMarker } from './marker.ts';
import { noiseRequest, recipeOf, stationsOfItem, unitOfItem } from './request.ts';
import { parseRows } from './rows.ts';
import { recipeHash } from './settings.ts';
import { isMissing, type StationDay } from './station-day.ts';
import { unitDays } from './units.ts';

/** Requests under way at once: a year is some hundred days. */
const atOnce = 16;

interface UnitDay {
  readonly day: string;
  readonly stations: readonly string[];
  readonly whole: boolean;
  readonly hasEnded: boolean;
}

/** How a unit of a run stands, by the run's own ledger. */
export type UnitState = (unit: string) => string | undefined;

/**
 * The station-days of a run, of every unit, those too of which nothing is known yet. Days are kept for every run of a recipe, and
 * another run may have made one anew since: of a unit that is done its own account holds, and the markers of its days are read
 * for the others, or what a script of the lab's has told. In the order of the days, and of the stations.
 */
export async function runRows(
  store: Store,
  run: RunRef,
  items: readonly Item[],
  request: RunRequest,
  stateOf: UnitState,
): Promise<readonly StationDay[]> {
  const asked = await noiseRequest({ ...request, parameters: { ...request.parameters, stations: 'CI.*' } });
  const hashes = new Map<string, string>();
  const hashOf = (stations: readonly string[]): string => {
    const key = stations.join(',');
    const hash = hashes.get(key) ?? recipeHash(recipeOf(asked, stations));
    hashes.set(key, hash);
    return hash;
  };
  const channels = asked.isScript ? 1 : asked.channels.length;
  const dayRows = async ({ day, stations, hasEnded }: UnitDay): Promise<readonly StationDay[]> => {
    // Days are the script's own affair: where it has told nothing of them, nobody else knows.
    if (asked.isScript) return unknown(hasEnded ? 'untold' : 'waiting', day, stations, channels);
    const hash = hashOf(stations);
    const body = await store.get(markerKey(resultsPrefix, hash, day));
    const marker = body && (JSON.parse(body.toString('utf8')) as DayMarker);
    return marker?.recipe === hash ? marker.stations : unknown('waiting', day, stations, channels);
  };
  const units = items.flatMap(item => {
    const unit = unitOfItem(item);
    return unit ? [{ unit, stations: stationsOfItem(item), item: item.name }] : [];
  });
  const told = await inTurn(units, async ({ unit, stations, item }) => {
    const isWell = ['done', 'partial'].includes(stateOf(item) ?? '');
    const own =
      asked.isScript || isWell ? await store.get(`${outputsPrefix(run, item)}station-days.csv`) : undefined;
    if (own) return [parseRows(own.toString('utf8'))];
    // A day that is its unit, and is done, had all of its stations.
    const whole = stateOf(item) === 'done' && !asked.isScript;
    const hasEnded = isWell || stateOf(item) === 'failed';
    return unitDays(unit).map((day): UnitDay => ({ day, stations, whole, hasEnded }));
  });
  const rows = await inTurn(told.flat(), async each => {
    if (!('day' in each)) return each;
    const now = await dayRows(each);
    return each.whole && now.some(isMissing) ? used(each.day, each.stations, channels) : now;
  });
  return rows.flat();
}

const used = (day: string, stations: readonly string[], expected: number): readonly StationDay[] =>
  stations.map(station => ({ station, day, state: 'used', expected, found: expected, readable: expected }));

const unknown = (
  state: 'waiting' | 'untold',
  day: string,
  stations: readonly string[],
  expected: number,
): readonly StationDay[] =>
  stations.map(station => ({ station, day, state, expected, found: 0, readable: 0 }));

async function inTurn<In, Out>(
  values: readonly In[],
  work: (value: In) => Promise<Out>,
): Promise<readonly Out[]> {
  const results: Out[] = [];
  for (let at = 0; at < values.length; at += atOnce)
    results.push(...(await Promise.all(values.slice(at, at + atOnce).map(work))));
  return results;
}
