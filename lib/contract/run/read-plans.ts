import type { Store } from '../ports/ports.ts';
import { planKey, type RunRef, roundsPrefix } from './keys.ts';
import { mapLimit } from './map-limit.ts';
import { readPlan } from './read-stored.ts';
import type { RoundPlan } from './run.ts';

/** Plans that are read at once. */
const together = 16;

/**
 * The plans of a run's rounds from a number on, in their order. Those of an open run are listed: where one could not be stored
 * whole its number stays without a plan, and there are later ones.
 */
export async function readPlans(
  store: Store,
  run: RunRef,
  { from, isOpen }: { readonly from: number; readonly isOpen: boolean },
): Promise<readonly RoundPlan[]> {
  const plans: RoundPlan[] = [];
  if (!isOpen)
    for (;;) {
      const body = await store.get(planKey(run, from + plans.length));
      if (!body) return plans;
      plans.push(readPlan(body));
    }
  const prefix = roundsPrefix(run);
  const numbers: number[] = [];
  for await (const folder of store.folders(prefix)) {
    const number = Number(folder.slice(prefix.length, -1));
    if (number >= from) numbers.push(number);
  }
  numbers.sort((a, b) => a - b);
  const bodies = await mapLimit(numbers, together, number => store.get(planKey(run, number)));
  return bodies.flatMap(body => (body ? [readPlan(body)] : []));
}
