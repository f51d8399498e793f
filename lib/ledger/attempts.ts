import type { Store } from '../contract/ports/ports.ts';
import { resultsPrefix } from '../contract/run/keys.ts';
import { readRecord } from '../contract/run/read-stored.ts';
import type { AttemptRecord } from '../contract/run/records.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import { mapLimit } from './map-limit.ts';

/** So many are read at once, and held at once. */
const together = 256;

/**
 * The record of every attempt that left one, in the order of rounds, steps and shards; of a large run `sample` of each
 * step, evenly. A listing a step and a request a record: no record is held longer than the caller holds it.
 */
export async function* readAttempts(
  store: Store,
  rounds: readonly RoundPlan[],
  { sample = Number.POSITIVE_INFINITY }: { readonly sample?: number } = {},
): AsyncGenerator<AttemptRecord> {
  for (const plan of rounds)
    for (const step of plan.steps) {
      const keys: string[] = [];
      for await (const { key } of store.list(resultsPrefix(plan, plan.round, step.name))) keys.push(key);
      const chosen = evenly(keys, sample);
      for (let from = 0; from < chosen.length; from += together) {
        const some = chosen.slice(from, from + together);
        const bodies = await mapLimit(some, 32, key => store.get(key));
        for (const body of bodies) if (body) yield readRecord(body);
      }
    }
}

function evenly<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)]!);
}
