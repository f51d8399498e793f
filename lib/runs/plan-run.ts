import type { RunRequest, WorkloadSpec } from '../contract/workload/workload.ts';
import { canaryOf } from '../plan/canary.ts';
import { type PlannedRound, planRound } from '../plan/plan-round.ts';
import { runIdOf } from '../plan/run-id.ts';
import type { LabPorts, RunWorld } from './lab-ports.ts';
import type { PreparedRun } from './prepare-run.ts';

/** A run's first round, as data: nothing is stored or submitted. Throws LabError with every problem. */
export function planRun(
  spec: WorkloadSpec,
  request: RunRequest,
  { items, stepItems }: Pick<PreparedRun, 'items' | 'stepItems'>,
  { deployment }: Pick<LabPorts, 'deployment'>,
  world: RunWorld,
): PlannedRound {
  const now = world.now();
  const canary = request.canary === undefined ? [] : canaryOf(items, request.canary);
  return planRound({
    spec,
    config: world.config,
    request,
    runId: runIdOf(now, world.seed()),
    round: 0,
    now,
    ...(canary.length > 0 ? { canary } : {}),
    ...(world.usdPerHour ? { usdPerHour: world.usdPerHour } : {}),
    queues: deployment.map.queues,
    work: Object.fromEntries(
      spec.steps
        .map(step => [step.name, [{ items: stepItems[step.name] ?? items }]] as const)
        .filter(([, [group]]) => group!.items.length > 0),
    ),
  });
}
