import type { Logs, Store } from '../contract/ports/ports.ts';
import { attemptIn, readRecordName, resultsPrefix } from '../contract/run/keys.ts';
import { mapLimit } from '../contract/run/map-limit.ts';
import { readRecord } from '../contract/run/read-stored.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import type { LedgerRow } from '../ledger/ledger.ts';
import type { CauseGroup, TailOf } from './causes.ts';
import { itemsOf } from './usage.ts';

/**
 * The last lines of what failed, from the records of the attempts that failed last: a listing for each step in which
 * something has, and a request a shard. What the killed left no record of has none.
 */
export async function readTails(
  store: Store,
  rounds: readonly RoundPlan[],
  rows: Iterable<LedgerRow>,
): Promise<TailOf> {
  const failed = [...rows].filter(row => row.state === 'failed' && row.jobId !== undefined);
  const jobs = new Set(failed.map(row => row.jobId!));
  const places = new Set(failed.map(row => `${roundOf(row)} ${row.step}`));
  const tails = new Map<string, readonly string[]>();
  for (const plan of rounds)
    for (const step of plan.steps.filter(({ name }) => places.has(`${plan.round} ${name}`))) {
      const newest = new Map<string, string>();
      for await (const { key } of store.list(resultsPrefix(plan, plan.round, step.name))) {
        const { jobId } = readRecordName(key);
        if (jobs.has(jobId)) newest.set(jobId, laterOf(newest.get(jobId), key));
      }
      await mapLimit([...newest.values()], 32, async key => {
        const body = await store.get(key);
        for (const item of body ? itemsOf(readRecord(body)) : [])
          if (item.state === 'failed' && item.tail) tails.set(item.name, item.tail);
      });
    }
  return name => tails.get(name);
}

const roundOf = (row: LedgerRow): number =>
  row.steps.find(each => each.step === row.step)?.round ?? row.round;

/** Of two attempts of a job, the later: the tenth is after the ninth. */
function laterOf(one: string | undefined, other: string): string {
  return one === undefined || attemptIn(other) > attemptIn(one) ? other : one;
}

/** Lines of a log that are asked for where a killed attempt left no record. */
const logLines = 20;

/** With the end of the log of one of those that have it, where no record does: one request a cause. */
export async function withLog(
  logs: Pick<Logs, 'tail'>,
  rows: readonly LedgerRow[],
  cause: CauseGroup,
): Promise<CauseGroup> {
  if (cause.tail.length > 0 || cause.kind === 'held' || cause.kind === 'cancelled') return cause;
  const names = new Set(cause.names);
  const row = rows.find(each => names.has(each.name) && each.logStream !== undefined);
  if (!row?.logStream) return cause;
  const lines = await logs.tail(row.logStream, logLines).catch(() => []);
  const tail = lines.map(line => line.message);
  return tail.length > 0 ? { ...cause, tail, tailOf: row.name } : cause;
}
