import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { ItemList } from '../ledger/items/item-list.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerReader, type LookChoice } from '../ledger/reader.ts';
import type { LabPorts } from './lab-ports.ts';
import { findRun, readSubmitted, type StoredRun } from './stored-run.ts';

/** A stored run, and its ledger whenever one wants it: one reader keeps what cannot change from look to look. */
export interface OpenedRun<P extends LabPorts = LabPorts> {
  readonly run: StoredRun;
  readonly spec: WorkloadSpec;
  readonly items: ItemList;
  readonly connection: P;
  /**
   * A view, good until the next look; with `round` what that one alone has come to.
   */
  ledger(options?: LookChoice & { readonly round?: number }): Promise<Ledger>;
}

/** The run that `text` names: an id, the beginning or end of one, `latest`. Throws LabError; so of one that was never submitted. */
export async function openRun<P extends LabPorts>(
  connection: P,
  workloads: readonly WorkloadSpec[],
  text = 'latest',
): Promise<OpenedRun<P>> {
  const ref = await findRun(
    connection.store,
    text,
    workloads.map(spec => spec.name),
  );
  const run = await readSubmitted(connection.store, ref);
  const spec = workloads.find(each => each.name === run.workload)!;
  const reader = new LedgerReader(connection, { run: ref, rounds: run.rounds, steps: spec.steps });
  const items = await reader.readItems();
  const byRound = new Map<number, LedgerReader>();
  return {
    run,
    spec,
    items,
    connection,
    ledger: async ({ round, ...options } = {}) => {
      if (round === undefined) return reader.look(options);
      let alone = byRound.get(round);
      if (!alone) {
        const rounds = run.rounds.filter(plan => plan.round === round);
        alone = new LedgerReader(connection, { run: ref, rounds, steps: spec.steps, items });
        byRound.set(round, alone);
      }
      return alone.look(options);
    },
  };
}
