import type { Item, WorkloadSpec } from '../contract/workload/workload.ts';
import { type Ledger, readLedger } from '../ledger/ledger.ts';
import type { LabPorts } from './lab-ports.ts';
import { findRun, readItems, readRun, readSubmitted, type StoredRun } from './stored-run.ts';

/** A stored run, and its ledger whenever one wants it. */
export interface OpenRun<P extends LabPorts = LabPorts> {
  readonly run: StoredRun;
  readonly spec: WorkloadSpec;
  readonly items: readonly Item[];
  readonly connection: P;
  /**
   * Reads rounds again each time. With `outputs` what every item has made, too, which costs a request an item; with `round`
   * what that one alone has come to.
   */
  ledger(options?: { readonly outputs?: boolean; readonly round?: number }): Promise<Ledger>;
}

/** The run that `text` names: an id, the beginning or end of one, `latest`. Throws LabError; so of one that was never submitted. */
export async function openRun<P extends LabPorts>(
  connection: P,
  workloads: readonly WorkloadSpec[],
  text = 'latest',
): Promise<OpenRun<P>> {
  const ref = await findRun(
    connection.store,
    text,
    workloads.map(spec => spec.name),
  );
  const run = await readSubmitted(connection.store, ref);
  const items = await readItems(connection.store, run);
  const spec = workloads.find(each => each.name === run.workload)!;
  return {
    run,
    spec,
    items,
    connection,
    ledger: async ({ round, outputs = false } = {}) => {
      const { rounds: all } = await readRun(connection.store, ref);
      const rounds = round === undefined ? all : all.filter(plan => plan.round === round);
      return readLedger(connection, { rounds, items, steps: spec.steps }, { outputs });
    },
  };
}
