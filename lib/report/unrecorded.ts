import type { StateChanges } from '../contract/ports/ports.ts';
import type { AttemptRecord } from '../contract/run/records.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import type { LedgerRow } from '../ledger/ledger.ts';

/** Attempts that left no record: killed with their container, so that only the log of state changes has their times. */
export interface Unrecorded {
  readonly records: readonly AttemptRecord[];
  /** Those that it has not, either. */
  readonly unknown: number;
}

interface Lost {
  readonly round: number;
  readonly step: string;
  readonly jobId: string;
  /** What its row counts. */
  readonly attempts: number;
}

/** Counts records as they are read, and asks for the rest: once a parent job of which something is missing. */
export function unrecordedAttempts(): {
  add(record: AttemptRecord): void;
  rest(rows: Iterable<LedgerRow>, rounds: readonly RoundPlan[], changes: StateChanges): Promise<Unrecorded>;
} {
  const recorded = new Map<string, Set<number>>();
  return {
    add: ({ jobId, attempt }) => void recorded.set(jobId, (recorded.get(jobId) ?? new Set()).add(attempt)),
    async rest(rows, rounds, changes) {
      const lost = lostOf(rows).filter(({ jobId }) => !recorded.has(jobId));
      const parents = new Map(lost.map(each => [each.jobId.split(':')[0]!, each]));
      const records: AttemptRecord[] = [];
      const found = new Set<string>();
      for (const [parent, { round, step }] of parents) {
        const plan = rounds.find(each => each.round === round);
        if (!plan) continue;
        for (const job of await changes.failed(parent, Date.parse(plan.createdAt)).catch(() => [])) {
          if (recorded.has(job.jobId)) continue;
          found.add(job.jobId);
          for (const [index, { startedAt, stoppedAt, exitCode = 1, statusReason }] of job.attempts.entries())
            if (startedAt !== undefined && stoppedAt !== undefined)
              records.push({
                ...atOf(plan, step, job.arrayIndex ?? 0),
                jobId: job.jobId,
                attempt: index + 1,
                startedAt: new Date(startedAt).toISOString(),
                endedAt: new Date(stoppedAt).toISOString(),
                exitCode,
                ...(statusReason ? { reason: statusReason } : {}),
              });
        }
      }
      const missing = lost.filter(({ jobId }) => !found.has(jobId));
      return { records, unknown: missing.reduce((sum, { attempts }) => sum + Math.max(1, attempts), 0) };
    },
  };
}

function lostOf(rows: Iterable<LedgerRow>): readonly Lost[] {
  const jobs = new Map<string, Lost>();
  for (const row of rows)
    for (const { step, state, jobId, round, attempts } of row.steps)
      if (state === 'failed' && jobId !== undefined) jobs.set(jobId, { step, jobId, round, attempts });
  return [...jobs.values()];
}

function atOf(
  plan: RoundPlan,
  name: string,
  index: number,
): Pick<AttemptRecord, 'version' | 'runId' | 'step' | 'round' | 'shard' | 'lane'> {
  const step = plan.steps.find(each => each.name === name);
  const lane = step?.lanes[step.arrays[0]?.lane ?? 0];
  return {
    version: 2,
    runId: plan.runId,
    step: name,
    round: plan.round,
    shard: index,
    ...(lane ? { lane } : {}),
  };
}
