import type { BatchPort, Store } from '../contract/ports/ports.ts';
import { stoppedReason } from '../contract/run/claim.ts';
import { stopKey } from '../contract/run/keys.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import { closeRound } from './close-round.ts';

/**
 * Cancels what has not started of a round that has reached a limit, so that nobody pays hosts for containers that only look and
 * leave; what runs goes on. Answers why the round was stopped; undefined where it was not.
 */
export async function cancelBeyondLimit(
  ports: { readonly store: Store; readonly batch: BatchPort },
  plan: RoundPlan,
): Promise<string | undefined> {
  const stop = plan.limits && (await ports.store.get(stopKey(plan, plan.round)));
  if (!stop) return undefined;
  const why = stop.toString('utf8');
  for (const { jobId } of await closeRound(ports, plan)) await ports.batch.cancel(jobId, stoppedReason(why));
  return why;
}
