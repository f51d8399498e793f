import type { Account } from '../../contract/ports/account.ts';
import type { RoundPlan } from '../../contract/run/run.ts';
import { joinMinutes } from '../../doctor/hosts.ts';
import { isDeployed, type PoolState, queueStates } from '../../doctor/pool-states.ts';
import { waitingFacts } from '../../doctor/waiting-facts.ts';
import { explainWaiting } from '../../doctor/waiting-reason.ts';
import { whyNot } from '../../doctor/why-not.ts';
import type { Ledger } from '../../ledger/ledger.ts';

export interface Hint {
  readonly text: string;
  readonly fix?: string;
}

export interface WaitingHint {
  /** What to tell at this look: undefined but for once, when nothing has started for ten minutes. */
  look(ledger: Pick<Ledger, 'counts' | 'ended'>, now: Date): Promise<Hint | undefined>;
}

/**
 * Notices that items wait and none runs for ten minutes, and asks why once. `createdAt` is when the newest round was
 * submitted: whoever begins to watch later has waited since then, as long as nothing of the run has come to an end.
 */
export function waitingHint(createdAt: Date, explain: () => Promise<Hint | undefined>): WaitingHint {
  let since: number | undefined;
  let isFirst = true;
  let isTold = false;
  return {
    async look({ counts, ended }, now) {
      const untouched = isFirst && counts.done === 0 && counts.failed === 0;
      isFirst = false;
      if (isTold || ended || counts.running > 0 || counts.waiting === 0) {
        since = undefined;
        return undefined;
      }
      since ??= untouched ? createdAt.getTime() : now.getTime();
      if (now.getTime() - since < joinMinutes * 60_000) return undefined;
      isTold = true;
      return explain();
    },
  };
}

/** Why jobs of a round wait, when that is not as it should be. What may not be asked is told too; nothing is thrown. */
export async function explainRound(
  account: Account,
  lab: string,
  round: RoundPlan,
  pools: Readonly<Record<string, string>>,
  now: Date,
): Promise<Hint | undefined> {
  try {
    const queues = new Set(round.steps.flatMap(step => step.lanes.map(lane => lane.jobQueue)));
    const names = Object.fromEntries(Object.entries(pools).filter(([, queue]) => queues.has(queue)));
    for (const pool of (await queueStates(account, names)).filter(isDeployed)) {
      const hint = await explainPool(account, lab, round, pool, now);
      if (hint) return hint;
    }
    return undefined;
  } catch (error) {
    const needs = ['batch:DescribeJobQueues', 'batch:DescribeComputeEnvironments', 'batch:ListJobs'];
    return { text: `why they wait: ${whyNot(error, { needs }).text}`, fix: 'npx lab doctor' };
  }
}

async function explainPool(
  account: Account,
  lab: string,
  round: RoundPlan,
  pool: PoolState & { readonly queueName: string },
  now: Date,
): Promise<Hint | undefined> {
  const own = new Set(round.steps.flatMap(step => step.arrays.map(array => array.jobName)));
  const jobs = await account.waiting(pool.queueName, 1000);
  const at = jobs.findIndex(each => own.has(each.jobName));
  if (at < 0) return undefined;
  const facts = await waitingFacts(account, lab, pool, true);
  const { outcome, text, fix } = explainWaiting(jobs[at]!, facts, now, jobs.slice(0, at));
  return outcome === 'ok' ? undefined : { text, ...(fix ? { fix } : {}) };
}
