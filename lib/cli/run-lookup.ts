import type { Item, WorkloadSpec } from '../contract/workload/workload.ts';
import { type Ledger, readLedger } from '../ledger/ledger.ts';
import { findRun, readManifest, readRun, type StoredRun } from '../runs/stored-run.ts';
import type { Args } from './command.ts';
import type { Connection, Context } from './context.ts';

export interface OpenRun {
  readonly run: StoredRun;
  readonly spec: WorkloadSpec;
  readonly items: readonly Item[];
  readonly connection: Connection;
  /** With `outputs` what every item has made, too, which costs a request an item. */
  ledger(options?: { readonly outputs: boolean }): Promise<Ledger>;
}

/** The run that the first positional names; the latest one without it. Reads rounds again at every ledger. */
export async function openRun(context: Context, args: Pick<Args, 'positionals'>): Promise<OpenRun> {
  const connection = await context.connect();
  const ref = await findRun(
    connection.store,
    args.positionals[0] ?? 'latest',
    context.workloads.map(spec => spec.name),
  );
  const [run, items] = await Promise.all([
    readRun(connection.store, ref),
    readManifest(connection.store, ref),
  ]);
  return {
    run,
    spec: context.spec(run.workload),
    items,
    connection,
    ledger: async options =>
      readLedger(connection, (await readRun(connection.store, ref)).rounds, items, options),
  };
}
