import type { Ledger, LedgerRow } from '../ledger/ledger.ts';
import { openStates } from '../ledger/rows.ts';
import { causesOf } from '../report/causes.ts';
import { readTails, withLog } from '../report/read-tails.ts';
import { remedyFor } from '../report/remedies.ts';
import { readRun } from '../runs/stored-run.ts';
import type { Context } from './context.ts';
import type { ConnectedRun } from './open.ts';
import { namesShown, type TreatedCause } from './output/causes-text.ts';

/** Why what is not done is not, and what to do about it. */
export async function readCauses(
  context: Context,
  open: ConnectedRun,
  ledger: Ledger,
): Promise<readonly TreatedCause[]> {
  const { connection, spec } = open;
  const { rounds } = await readRun(connection.store, open.run);
  const rows: LedgerRow[] = [];
  for await (const row of ledger.rows.stream({ details: false, states: openStates })) rows.push(row);
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
    isOpen: open.run.request.request.open === true,
    laneOf: (step: string) => lanes.get(step),
    suffix: context.suffix,
  };
  const { calledBy } = spec.item;
  const calledOf = new Map(
    calledBy
      ? rows.flatMap(({ name, labels }) => (labels?.[calledBy] ? [[name, labels[calledBy]]] : []))
      : [],
  );
  return Promise.all(
    causes.map(async cause => {
      const seen = await withLog(connection.logs, rows, cause);
      const called = seen.names.slice(0, namesShown).map(name => calledOf.get(name) ?? '');
      return {
        ...seen,
        ...(calledOf.size > 0 ? { called } : {}),
        remedy: remedyFor(seen, world),
      };
    }),
  );
}
