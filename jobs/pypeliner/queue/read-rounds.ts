import type { SubmittedRound } from '../../../lib/contract/ports/open-run.ts';
import type { BatchPort, Store } from '../../../lib/contract/ports/ports.ts';
import { claimArray, closedClaim } from '../../../lib/contract/run/claim.ts';
import { type RunRef, runPrefix } from '../../../lib/contract/run/keys.ts';
import { readPlan } from '../../../lib/contract/run/read-stored.ts';
import type { RoundPlan } from '../../../lib/contract/run/run.ts';
import { decodeItems } from '../../../lib/contract/run/shard-index.ts';
import { jobLabels } from '../job.ts';
import type { KnownJob } from './known-job.ts';
import { readReceived } from './received.ts';
import { roundWatch, stepName } from './round-watch.ts';

export type { KnownJob } from './known-job.ts';

export interface ReadRounds {
  /** Jobs that have not ended, and those that are done and were not received; of each name the newest alone. */
  readonly open: readonly KnownJob[];
  /** Numbers that nobody has used. */
  readonly next: { round: number; job: number };
}

/** What earlier heads have left of a run: two listings, and the rounds that are there. */
export async function readRounds(options: {
  readonly run: RunRef;
  readonly store: Store;
  readonly batch: BatchPort;
}): Promise<ReadRounds> {
  const { run, store } = options;
  const plans = await readPlans(store, run);
  const jobs: KnownJob[] = [];
  let job = 0;
  for (const plan of plans) {
    const step = plan.steps.find(each => each.name === stepName);
    const body = step && (await store.get(step.itemsKey));
    if (!step || !body) continue;
    const arrays = [];
    for (const { array, offset, size } of step.arrays) {
      // What nobody has claimed was not submitted, or so late that nobody knew: its jobs must not start beside new ones.
      const at = { round: plan.round, step: step.name, array };
      const holder = await claimArray(store, plan, at, closedClaim);
      if (holder !== closedClaim) arrays.push({ offset, size, jobId: holder });
    }
    const round: SubmittedRound = { round: plan.round, arrays };
    for (const [shard, item] of decodeItems(body).entries()) {
      const { job: name, fingerprint } = jobLabels(item.labels ?? {});
      jobs.push({ id: item.name, name, fingerprint, shard, round });
      job = Math.max(job, Number(item.name.slice(1)) + 1);
    }
  }
  // An older job's work has been done again: what it left is not there any more.
  const newest = [...new Map(jobs.map(each => [each.name, each])).values()];
  const received = await readReceived(store, run);
  const left = newest.filter(each => !received.has(Number(each.id.slice(1))));
  const watch = roundWatch({ ...options, batchMs: 0 });
  await watch.look(left);
  const round = Math.max(-1, ...plans.map(plan => plan.round)) + 1;
  return { open: left.filter(each => watch.ended(each)?.isDone !== false), next: { round, job } };
}

async function readPlans(store: Store, run: RunRef): Promise<readonly RoundPlan[]> {
  const plans: RoundPlan[] = [];
  for await (const { key } of store.list(`${runPrefix(run)}rounds/`)) {
    if (!key.endsWith('/plan.json')) continue;
    const body = await store.get(key);
    if (body) plans.push(readPlan(body));
  }
  return plans.sort((a, b) => a.round - b.round);
}
