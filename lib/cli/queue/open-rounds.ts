import type {
  EndedJob,
  JobGroup,
  JobPlace,
  JobWatch,
  OpenRunPorts,
  SubmittedRound,
} from '../../contract/ports/open-run.ts';
import { closedClaim } from '../../contract/run/claim.ts';
import { encodeShards } from '../../contract/run/encode-shards.ts';
import type { RoundPlan } from '../../contract/run/run.ts';
import { decodeItems } from '../../contract/run/shard-index.ts';
import { EndsReader } from '../../ledger/ends-reader.ts';
import { type Entry, isWell } from '../../ledger/entries.ts';
import type { LedgerPorts } from '../../ledger/look/look-ports.ts';
import type { ShardState } from '../../ledger/shard-state.ts';
import type { PlannedRound } from '../../plan/plan-round.ts';
import { sendRound } from './send-round.ts';

/** Sends the rounds of an open run, of one step with a shard a job, and tells which of their jobs have ended. */
export function openRounds(
  ports: LedgerPorts,
  /** How often Batch is asked about what has left no mark, in ms. */
  { batchMs, now = () => performance.now() }: { readonly batchMs: number; readonly now?: () => number },
  plan: (round: number, groups: readonly JobGroup[]) => PlannedRound,
): Pick<OpenRunPorts, 'submitRound' | 'watch'> {
  const reader = new EndsReader(ports, { everyMs: batchMs, now });
  const steps = new Map<number, string>();
  const placeOf = ({ round, shard }: JobPlace) => ({ round, shard, step: steps.get(round)! });
  const add = async (
    given: Pick<PlannedRound, 'plan' | 'files'>,
    holderOf: (array: number) => string,
  ): Promise<void> => {
    const [step] = given.plan.steps;
    await reader.add({ ...given, holderOf: (_, array) => holderOf(array) });
    steps.set(given.plan.round, step!.name);
  };
  const watch: JobWatch = {
    add: (plan, items, holderOf) => add({ plan, files: filesOf(plan, items) }, holderOf),
    look: (jobs, choice) => reader.read(jobs.map(placeOf), choice),
    ended(job) {
      const place = placeOf(job);
      const { state, entries } = reader.endOf(place) ?? {};
      return state && endedJob(entries![0]!, state);
    },
    recordOf: job => reader.recordOf(placeOf(job)),
  };
  return {
    watch,
    async submitRound(round, groups) {
      const planned = plan(round, groups);
      const adds = groups.flatMap(({ items }) => items);
      const submitted = await sendRound(ports, planned, adds);
      await add(planned, holderAmong(planned.plan, submitted));
      return submitted;
    },
  };
}

function filesOf(plan: RoundPlan, items: Buffer): PlannedRound['files'] {
  const [{ name }] = plan.steps as [RoundPlan['steps'][number]];
  return { [name]: encodeShards(decodeItems(items).map(item => [item])) };
}

/** What was not submitted is closed. */
const holderAmong =
  ({ steps: [step] }: RoundPlan, { arrays }: SubmittedRound) =>
  (array: number): string => {
    const planned = step!.arrays.find(each => each.array === array);
    return arrays.find(({ offset }) => offset === planned?.offset)?.jobId ?? closedClaim;
  };

/** In Batch's own words, too, where they say more: a container that never began has no other. */
function endedJob(
  { state, exitCode, reason, jobId, logStream }: Entry,
  { ended }: Pick<ShardState, 'ended'>,
): EndedJob {
  const reasons = [...new Set([reason, ended].filter(each => each !== undefined))];
  return {
    isDone: isWell(state),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    ...(jobId === undefined ? {} : { jobId }),
    ...(logStream === undefined ? {} : { logStream }),
  };
}
