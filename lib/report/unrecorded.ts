import type { JobDetail, StateChanges } from '../contract/ports/ports.ts';
import { closedClaim } from '../contract/run/claim.ts';
import type { AttemptRecord } from '../contract/run/records.ts';
import { itemStates } from '../ledger/entries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type ArrayState, phases, type RoundStep } from '../ledger/look/round-step.ts';

/** Attempts that left no record: killed with their container, so that only the log of state changes has their times. */
export interface Unrecorded {
  readonly records: readonly AttemptRecord[];
  /** Those that it has not, either. */
  readonly unknown: number;
}

export interface UnrecordedCount {
  add(record: Pick<AttemptRecord, 'round' | 'step' | 'shard' | 'attempt'>): void;
  has(round: number, step: string, shard: number, attempt: number): boolean;
  /** Asks for what is missing alone, in every round: at most two questions an array. */
  rest(ledger: Ledger, changes: StateChanges): Promise<Unrecorded>;
}

/** Counts records as they are read, two bytes a shard, and asks for the rest. */
export function unrecordedAttempts(): UnrecordedCount {
  /** Of each step's shards in a round, which attempts left a record: a bit each, of at most ten. */
  const seen = new Map<string, Uint16Array>();
  const idOf = (round: number, step: string): string => `${round} ${step}`;
  return {
    add({ round, step, shard, attempt }) {
      const id = idOf(round, step);
      let bits = seen.get(id) ?? new Uint16Array(64);
      if (shard >= bits.length) {
        const longer = new Uint16Array(2 * shard);
        longer.set(bits);
        bits = longer;
      }
      bits[shard]! |= 1 << (attempt - 1);
      seen.set(id, bits);
    },
    has: (round, step, shard, attempt) =>
      (((seen.get(idOf(round, step))?.[shard] ?? 0) >> (attempt - 1)) & 1) === 1,
    async rest(ledger, changes) {
      const records: AttemptRecord[] = [];
      let unknown = 0;
      for (const { parts } of ledger.entries)
        for (const part of parts) {
          const bits = seen.get(idOf(part.plan.round, part.step.name));
          for (const state of part.arrays) {
            const missing = missingOf(state, shard => bits?.[shard] ?? 0);
            for (const job of await endsOf(state, missing, changes)) records.push(...missing.take(job));
            unknown += missing.left();
          }
        }
      return { records, unknown };
    },
  };
}

interface Missing {
  /** Whether a shard that has failed, or one that is done, has an attempt without a record. */
  readonly failed: boolean;
  readonly done: boolean;
  /** The attempts of a job that are missing, as far as it says when they were. */
  take(job: JobDetail): readonly AttemptRecord[];
  /** Attempts of shards that no job was taken of. */
  left(): number;
}

function missingOf(state: ArrayState, recorded: (shard: number) => number): Missing {
  const { part, array } = state;
  /** How many attempts at least, by shard. */
  const open = new Map<number, number>();
  let [failed, done] = [false, false];
  for (let shard = array.offset; shard < array.offset + array.size; shard++) {
    const bits = recorded(shard);
    if (part.done[shard]) {
      if (!hasGap(bits)) continue;
      done = true;
      open.set(shard, 32 - Math.clz32(bits) - ones(bits));
    } else if (mayMiss(part, shard)) {
      const attempts = Math.max(bits === 0 ? 1 : 0, part.stateOf(shard).attempts - ones(bits));
      if (attempts === 0) continue;
      failed = true;
      open.set(shard, attempts);
    }
  }
  return {
    failed,
    done,
    take(job) {
      const shard = array.offset + (job.arrayIndex ?? 0);
      if (!open.delete(shard)) return [];
      return job.attempts.flatMap(({ startedAt, stoppedAt, exitCode = 1, statusReason }, index) =>
        startedAt === undefined || stoppedAt === undefined || (recorded(shard) >> index) & 1
          ? []
          : {
              version: 2 as const,
              runId: part.plan.runId,
              step: part.step.name,
              round: part.plan.round,
              shard,
              jobId: job.jobId,
              attempt: index + 1,
              startedAt: new Date(startedAt).toISOString(),
              endedAt: new Date(stoppedAt).toISOString(),
              exitCode,
              ...(statusReason ? { reason: statusReason } : {}),
              lane: part.step.lanes[array.lane]!,
            },
      );
    },
    left: () => [...open.values()].reduce((sum, attempts) => sum + attempts, 0),
  };
}

/** What has ended without being done, but for what never began. */
function mayMiss(part: RoundStep, shard: number): boolean {
  if (part.phase[shard] !== phases.over) return false;
  const state = itemStates[part.states[part.lines.first[shard]!]!];
  return state !== 'blocked' && (state !== 'cancelled' || part.stateOf(shard).attempts > 0);
}

const ones = (bits: number): number => bits.toString(2).replaceAll('0', '').length;
const hasGap = (bits: number): boolean => (bits & (bits + 1)) !== 0;

/** The ends of an array's jobs, of those alone that may have what is missing. */
async function endsOf(
  { part, array, holder }: ArrayState,
  { failed, done }: Missing,
  changes: StateChanges,
): Promise<readonly JobDetail[]> {
  if (holder === undefined || holder === closedClaim) return [];
  const since = Date.parse(part.plan.createdAt);
  const asked = await Promise.all([
    failed ? changes.failed(holder, since).catch(() => []) : [],
    done ? changes.succeededLate(holder, since).catch(() => []) : [],
  ]);
  // An array's parent has no attempts of its own.
  return asked.flat().filter(({ jobId }) => array.size === 1 || jobId !== holder);
}
