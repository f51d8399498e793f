import { refuse } from '../contract/workload/errors.ts';
import { type OpenedRun, openRun } from '../runs/open-run.ts';
import { findRun } from '../runs/stored-run.ts';
import type { Args } from './command.ts';
import type { Connection, Context } from './context.ts';

export type ConnectedRun = OpenedRun<Connection>;

/** The run that the first positional names; the latest one without it. Throws LabError for more: who names an item means no run. */
export async function openedRun(context: Context, args: Pick<Args, 'positionals'>): Promise<ConnectedRun> {
  const [run, ...more] = args.positionals;
  refuse(
    more.map(word => ({
      where: word,
      message: `stands behind the run ${run}, and this is about whole runs, one at a time`,
      fix: `leave it out: it would be about all of ${run}`,
    })),
  );
  return openRun(await context.connect(), context.workloads, run);
}

/**
 * The run that the first positional names, with the rest as items; where it names no run, it is an item of the newest one:
 * `lab logs sub-006`. An item's whole name goes before the beginning of a run's id: `2026` is a year.
 */
export async function openedRunAndItems(
  context: Context,
  args: Pick<Args, 'positionals'>,
): Promise<{ readonly open: ConnectedRun; readonly names: readonly string[] }> {
  const connection = await context.connect();
  const [first, ...rest] = args.positionals;
  if (first === undefined) return { open: await openRun(connection, context.workloads), names: [] };
  const names = context.workloads.map(spec => spec.name);
  const found = await findRun(connection.store, first, names).catch((error: unknown) => ({ error }));
  if ('runId' in found && (found.runId === first || found.runId.endsWith(`-${first}`) || first === 'latest'))
    return { open: await openRun(connection, context.workloads, found.runId), names: rest };
  const latest = await findRun(connection.store, 'latest', names).catch(() => undefined);
  if (latest) {
    const opened = openRun(connection, context.workloads, latest.runId);
    const open = await ('error' in found ? opened : opened.catch(() => undefined));
    if (open?.items.has(first)) return { open, names: [first, ...rest] };
  }
  if ('error' in found) throw found.error;
  return { open: await openRun(connection, context.workloads, found.runId), names: rest };
}
