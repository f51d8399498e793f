import type { Ledger, LedgerRow } from '../ledger/ledger.ts';
import { type Cause, causesOf } from '../report/causes.ts';
import { readTails } from '../report/read-tails.ts';
import { remedyFor } from '../report/remedies.ts';
import { readRun } from '../runs/stored-run.ts';
import type { Context } from './context.ts';
import type { OpenRun } from './open.ts';
import type { TreatedCause } from './output/causes-text.ts';

/** Lines of a log that are asked for where a killed attempt left no record. */
const logLines = 20;

/** Why what is not done is not, and what to do about it. */
export async function readCauses(
  context: Context,
  open: OpenRun,
  ledger: Ledger,
): Promise<readonly TreatedCause[]> {
  const { connection, spec } = open;
  const { rounds } = await readRun(connection.store, open.run);
  const rows = [...ledger.rows.open()];
  const causes = causesOf(rows, await readTails(connection.store, rounds, rows));
  const config = await context.config();
  const lanes = new Map(
    rounds.flatMap(plan => plan.steps.map(step => [step.name, step.lanes.at(-1)!] as const)),
  );
  const world = {
    run: open.run.runId,
    spec,
    config,
    isFrozen: Object.keys(rounds.at(-1)?.files ?? {}).length > 0,
    laneOf: (step: string) => lanes.get(step),
    suffix: context.suffix,
  };
  return Promise.all(
    causes.map(async cause => {
      const seen = await withLog(open, rows, cause);
      return { ...seen, remedy: remedyFor(seen, world) };
    }),
  );
}

/** With the end of the log of one of them, where no record has it: one request a cause. */
async function withLog({ connection }: OpenRun, rows: readonly LedgerRow[], cause: Cause): Promise<Cause> {
  if (cause.tail.length > 0 || cause.kind === 'held' || cause.kind === 'cancelled') return cause;
  const names = new Set(cause.names);
  const row = rows.find(each => names.has(each.name) && each.logStream !== undefined);
  if (!row?.logStream) return cause;
  const { lines } = await connection.logs.read(row.logStream).catch(() => ({ lines: [] }));
  const tail = lines.slice(-logLines).map(line => line.message);
  return tail.length > 0 ? { ...cause, tail, tailOf: row.name } : cause;
}
