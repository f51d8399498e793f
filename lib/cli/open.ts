import { type OpenRun as Opened, openRun } from '../runs/open-run.ts';
import { findRun } from '../runs/stored-run.ts';
import type { Args } from './command.ts';
import type { Connection, Context } from './context.ts';

export type OpenRun = Opened<Connection>;

/** The run that the first positional names; the latest one without it. */
export async function openedRun(context: Context, args: Pick<Args, 'positionals'>): Promise<OpenRun> {
  return openRun(await context.connect(), context.workloads, args.positionals[0]);
}

/**
 * The run that the first positional names, with the rest as items; where it names no run, it is an item of the newest one:
 * `lab logs sub-006`.
 */
export async function openedRunAndItems(
  context: Context,
  args: Pick<Args, 'positionals'>,
): Promise<{ readonly open: OpenRun; readonly names: readonly string[] }> {
  const connection = await context.connect();
  const [first, ...rest] = args.positionals;
  if (first === undefined) return { open: await openRun(connection, context.workloads), names: [] };
  const names = context.workloads.map(spec => spec.name);
  try {
    await findRun(connection.store, first, names);
  } catch (error) {
    const latest = await findRun(connection.store, 'latest', names).catch(() => undefined);
    if (!latest) throw error;
    const open = await openRun(connection, context.workloads, latest.runId);
    if (!open.items.some(item => item.name === first)) throw error;
    return { open, names: [first, ...rest] };
  }
  return { open: await openRun(connection, context.workloads, first), names: rest };
}
