import type { OpenRunPorts, SubmittedRound } from '../../../lib/contract/ports/open-run.ts';
import type { Store } from '../../../lib/contract/ports/ports.ts';
import { claimArray, closedClaim } from '../../../lib/contract/run/claim.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { listRounds, plansOf } from '../../../lib/contract/run/read-plans.ts';
import type { RoundPlan } from '../../../lib/contract/run/run.ts';
import { decodeItems } from '../../../lib/contract/run/shard-index.ts';
import { jobLabels } from '../job.ts';
import { type KnownJob, placeOf } from './known-job.ts';
import { readReceived } from './received.ts';

export type { KnownJob } from './known-job.ts';

export interface ReadRounds {
  /** Jobs that have not ended, and those that are done and were not received; of each name the newest alone. */
  readonly open: readonly KnownJob[];
  /** Numbers that nobody has used. */
  readonly next: { round: number; job: number };
}

/** Rounds that are read at once. */
const together = 16;

/**
 * What earlier heads have left of a run: two listings, three requests a round, and of rounds with jobs that nobody has received
 * what has become of those.
 */
export async function readRounds({
  run,
  store,
  watch,
}: Pick<OpenRunPorts, 'run' | 'store' | 'watch'>): Promise<ReadRounds> {
  const numbers = await listRounds(store, run);
  const plans = await plansOf(store, run, numbers);
  const rounds = (await mapLimit(plans, together, plan => readRound(store, plan))).filter(
    round => round !== undefined,
  );
  // An older job's work has been done again: what it left is not there any more.
  const newest = new Map(rounds.flatMap(({ jobs }) => jobs.map(job => [job.name, job])));
  const received = await readReceived(store, run);
  const left = [...newest.values()].filter(each => !received.has(numberOf(each)));
  const ofRounds = new Set(left.map(each => each.round));
  for (const { plan, body, round, holders } of rounds)
    if (ofRounds.has(round)) await watch.add(plan, body, array => holders.get(array)!);
  await watch.look(left.map(placeOf), { isNow: true });
  const used = rounds.flatMap(({ jobs }) => jobs.map(numberOf));
  return {
    open: left.filter(each => watch.ended(placeOf(each))?.isDone !== false),
    next: {
      // A head that was killed may have begun to store one.
      round: (numbers.at(-1) ?? -1) + 1,
      job: used.reduce((most, each) => Math.max(most, each), -1) + 1,
    },
  };
}

const numberOf = ({ id }: Pick<KnownJob, 'id'>): number => Number(id.slice(1));

interface ReadRound {
  readonly plan: RoundPlan;
  /** Its items, as they are stored. */
  readonly body: Buffer;
  /** Who has claimed each array. */
  readonly holders: ReadonlyMap<number, string>;
  readonly round: SubmittedRound;
  readonly jobs: readonly KnownJob[];
}

async function readRound(store: Store, plan: RoundPlan): Promise<ReadRound | undefined> {
  const [step] = plan.steps;
  const body = step && (await store.get(step.itemsKey));
  if (!step || !body) return undefined;
  const holders = new Map<number, string>();
  for (const { array } of step.arrays) {
    // What nobody has claimed was not submitted, or so late that nobody knew: its jobs must not start beside new ones.
    const at = { round: plan.round, step: step.name, array };
    holders.set(array, await claimArray(store, plan, at, closedClaim));
  }
  const arrays = step.arrays.flatMap(({ array, offset, size }) => {
    const jobId = holders.get(array)!;
    return jobId === closedClaim ? [] : [{ offset, size, jobId }];
  });
  const round: SubmittedRound = { round: plan.round, arrays };
  const jobs = decodeItems(body).map(({ name: id, labels }, shard): KnownJob => {
    const { job: name, fingerprint } = jobLabels(labels ?? {});
    return { id, name, fingerprint, shard, round };
  });
  return { plan, body, holders, round, jobs };
}
