import type { Store } from '../../lib/contract/ports/ports.ts';
import { outputsPrefix, type RunRef } from '../../lib/contract/run/keys.ts';
import type { Item, RunRequest } from '../../lib/contract/workload/workload.ts';
import { markerKey, resultsPrefix } from './keys.ts';
import type { DayMarker } from './marker.ts';
import { noiseRequest, recipeOf, stationsOfItem, unitOfItem } from './request.ts';
import { parseRows } from './rows.ts';
import { recipeHash } from './settings.ts';
import type { StationDay } from './station-day.ts';
import { unitDays } from './units.ts';

/** Requests under way at once: a year is some hundred days. */
const atOnce = 16;

/**
 * The station-days of a run as they are now, of every unit, those too that nobody has looked at yet: from the markers of its days,
 * or from what a script of the lab's has told. In the order of the days, and of the stations.
 */
export async function runRows(
  store: Store,
  run: RunRef,
  items: readonly Item[],
  request: RunRequest,
): Promise<readonly StationDay[]> {
  const asked = await noiseRequest({ ...request, parameters: { ...request.parameters, stations: 'CI.*' } });
  const units = items.flatMap(item => {
    const unit = unitOfItem(item);
    return unit ? [{ unit, stations: stationsOfItem(item), item: item.name }] : [];
  });
  if (asked.isScript)
    return (
      await inTurn(units, async ({ unit, stations, item }) => {
        const told = await store.get(`${outputsPrefix(run, item)}station-days.csv`);
        return told
          ? parseRows(told.toString('utf8'))
          : unitDays(unit).flatMap(day => waiting(day, stations, 1));
      })
    ).flat();
  const days = units.flatMap(({ unit, stations }) => unitDays(unit).map(day => ({ day, stations })));
  const hashes = new Map<string, string>();
  const rows = await inTurn(days, async ({ day, stations }) => {
    const key = stations.join(',');
    const hash = hashes.get(key) ?? recipeHash(recipeOf(asked, stations));
    hashes.set(key, hash);
    const body = await store.get(markerKey(resultsPrefix, hash, day));
    const marker = body && (JSON.parse(body.toString('utf8')) as DayMarker);
    return marker?.recipe === hash ? marker.stations : waiting(day, stations, asked.channels.length);
  });
  return rows.flat();
}

const waiting = (day: string, stations: readonly string[], expected: number): readonly StationDay[] =>
  stations.map(station => ({ station, day, state: 'waiting', expected, found: 0, readable: 0 }));

async function inTurn<In, Out>(
  values: readonly In[],
  work: (value: In) => Promise<Out>,
): Promise<readonly Out[]> {
  const results: Out[] = [];
  for (let at = 0; at < values.length; at += atOnce)
    results.push(...(await Promise.all(values.slice(at, at + atOnce).map(work))));
  return results;
}
