import { LabError } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import type { Item } from '../contract/workload/workload.ts';
import type { PlannedRound } from '../plan/plan-round.ts';
import type { LabPorts, RunWorld } from './lab-ports.ts';
import { storeRound, storeRun } from './store-round.ts';
import { submitRound } from './submit-round.ts';

/** Freezes a planned run and submits it. What was interrupted goes on with `lab submit --resume`. Throws LabError. */
export async function startRun(
  ports: Pick<LabPorts, 'store' | 'batch'>,
  { plan, files }: PlannedRound,
  items: readonly Item[],
  { signal, commit }: Pick<RunWorld, 'signal' | 'commit'>,
  resume: (runId: string) => string,
): Promise<void> {
  const { runId, lab, request, createdAt } = plan;
  const at = await commit?.();
  const stored = { version: 2, runId, lab, request, items: items.length, createdAt } as const;
  await storeRun(ports.store, plan, { ...stored, ...(at ? { commit: at } : {}) }, items, files);
  await storeRound(ports.store, plan, files);
  if (signal.aborted)
    throw new LabError(
      { where: 'lab submit', message: 'interrupted before its first job', fix: resume(runId) },
      exitCodes.interruptedByUser,
    );
  await submitRound(ports, plan, undefined, true);
}
