import type { Store } from '../contract/ports/ports.ts';
import { attemptIn, resultsPrefix } from '../contract/run/keys.ts';
import { mapLimit } from '../contract/run/map-limit.ts';
import { readRecord } from '../contract/run/read-stored.ts';
import type { AttemptRecord } from '../contract/run/records.ts';
import type { RoundPlan } from '../contract/run/run.ts';

/** So many are read at once, and held at once. */
const together = 256;

export interface AttemptChoice {
  /** Of a large run, so many of each step at the most. */
  readonly sample?: number;
  /** Attempts that are left out. */
  readonly isKnown?: (round: number, step: string, shard: number, attempt: number) => boolean;
}

/**
 * The record of every attempt that left one, in the order of rounds, steps and shards; of a large run `sample` of each
 * step, evenly. A listing a step and a request a record: no record is held longer than the caller holds it.
 */
export async function* readAttempts(
  store: Store,
  rounds: readonly RoundPlan[],
  { sample = Number.POSITIVE_INFINITY, isKnown = () => false }: AttemptChoice = {},
): AsyncGenerator<AttemptRecord> {
  for (const plan of rounds)
    for (const step of plan.steps) {
      const keys: string[] = [];
      const prefix = resultsPrefix(plan, plan.round, step.name);
      for await (const { key } of store.list(prefix))
        if (!isKnown(plan.round, step.name, Number(key.slice(prefix.length).split('/')[0]), attemptIn(key)))
          keys.push(key);
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
