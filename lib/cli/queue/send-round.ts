import type { SubmittedRound } from '../../contract/ports/open-run.ts';
import type { BatchPort, Store } from '../../contract/ports/ports.ts';
import { claimArray, closedClaim } from '../../contract/run/claim.ts';
import { planKey } from '../../contract/run/keys.ts';
import type { RoundPlan } from '../../contract/run/run.ts';
import type { Item } from '../../contract/workload/workload.ts';
import type { PlannedRound } from '../../plan/plan-round.ts';
import { storeRound } from '../../runs/store-round.ts';
import { submitRound } from '../../runs/submit-round.ts';

/**
 * Stores a round and submits its arrays. Where that breaks off, what was submitted goes on, and the rest is closed: whoever
 * is told that a job could not be submitted sends it again, and a job that Batch has taken after all, or that somebody submits
 * later, must not be its second copy. Rejects where there is no such round, or not even that could be done.
 */
export async function sendRound(
  ports: { readonly store: Store; readonly batch: BatchPort },
  { plan, files }: PlannedRound,
  adds: readonly Item[],
): Promise<SubmittedRound> {
  const step = plan.steps[0]!;
  const jobs = new Map<number, string>();
  let failure: Error | undefined;
  try {
    await storeRound(ports.store, plan, files, adds);
    await submitRound(ports, plan, ({ array, jobId }) => void jobs.set(array, jobId));
  } catch (error) {
    failure = error as Error;
    if (!(await isStored(ports.store, plan))) throw failure;
    for (const { array } of step.arrays) {
      if (jobs.has(array)) continue;
      const at = { round: plan.round, step: step.name, array };
      const holder = await claimArray(ports.store, plan, at, closedClaim);
      if (holder !== closedClaim) jobs.set(array, holder);
    }
  }
  const arrays = step.arrays.flatMap(({ array, offset, size }) => {
    const jobId = jobs.get(array);
    return jobId === undefined ? [] : [{ offset, size, jobId }];
  });
  return { round: plan.round, arrays, ...(failure ? { failure } : {}) };
}

/** Whether a round is there, and is this one: its plan may have been stored though no answer came. */
async function isStored(store: Store, plan: RoundPlan): Promise<boolean> {
  const there = await store.get(planKey(plan, plan.round));
  return there?.equals(Buffer.from(JSON.stringify(plan))) ?? false;
}
