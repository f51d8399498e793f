import { type BatchPort, isTerminal, type JobDetail, type Store } from '../contract/ports/ports.ts';
import { claimArray, closedClaim } from '../contract/run/claim.ts';
import type { RoundPlan } from '../contract/run/run.ts';

/**
 * Makes sure that no array of a round can start any more: what no job has claimed is claimed for nobody, so a job that
 * Batch lists late finds itself too late. Answers the jobs that hold a claim and have not ended; a job that Batch no
 * longer knows has ended. With none left, what capped the round goes too.
 */
export async function closeRound(
  ports: { readonly store: Store; readonly batch: BatchPort },
  plan: RoundPlan,
): Promise<readonly JobDetail[]> {
  const jobIds: string[] = [];
  for (const step of plan.steps) {
    for (const { array } of step.arrays) {
      const holder = await claimArray(
        ports.store,
        plan,
        { round: plan.round, step: step.name, array },
        closedClaim,
      );
      if (holder !== closedClaim) jobIds.push(holder);
    }
  }
  const underWay = (await ports.batch.describe(jobIds)).filter(job => !isTerminal(job.status));
  if (plan.parallel && underWay.length === 0)
    await ports.batch.deleteConsumableResource(plan.parallel.resource).catch(() => undefined);
  return underWay;
}
