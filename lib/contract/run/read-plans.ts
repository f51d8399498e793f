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
  if (isOpen)
    return plansOf(
      store,
      run,
      (await listRounds(store, run)).filter(round => round >= from),
    );
  const plans: RoundPlan[] = [];
  for (;;) {
    const body = await store.get(planKey(run, from + plans.length));
    if (!body) return plans;
    plans.push(readPlan(body));
  }
}

/** Numbers of which anything is stored, with a plan or not yet. */
export async function listRounds(store: Store, run: RunRef): Promise<readonly number[]> {
  const prefix = roundsPrefix(run);
  const rounds: number[] = [];
  for await (const folder of store.folders(prefix)) rounds.push(Number(folder.slice(prefix.length, -1)));
  return rounds.sort((a, b) => a - b);
}

/** The plans of those that have one. */
export async function plansOf(
  store: Store,
  run: RunRef,
  rounds: readonly number[],
): Promise<readonly RoundPlan[]> {
  const bodies = await mapLimit(rounds, together, round => store.get(planKey(run, round)));
  return bodies.flatMap(body => (body ? [readPlan(body)] : []));
}
