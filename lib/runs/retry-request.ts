import type { Lane, RoundPlan } from '../contract/run/run.ts';
import type { RunRequest, WorkloadSpec } from '../contract/workload/workload.ts';
import { isMain } from '../plan/steps.ts';

/** Memory, in MiB or as a factor of what a step had; of one step, or of all. */
export interface MemoryChange {
  readonly step?: string;
  readonly mib?: number;
  readonly times?: number;
}

/** What a retry asks for in place of what the round before it had. */
export interface RetryChanges {
  readonly memory?: readonly MemoryChange[];
  readonly vcpus?: number;
  readonly timeoutSeconds?: number;
  readonly attempts?: number;
  readonly parallel?: number;
  readonly itemsPerShard?: number;
  readonly pool?: string;
}

/** The request of the next round. Factors multiply each step's own size, and rounds after it go on from there. */
export function retryRequest(
  spec: WorkloadSpec,
  rounds: readonly RoundPlan[],
  { memory = [], ...others }: RetryChanges,
): RunRequest {
  // A number of shards was meant for all items; what is left of them is cut by items.
  const { shards: _shards, ...before } = rounds.at(-1)!.request;
  const request = { ...before, ...given(others) };
  const sizes: Record<string, Partial<Lane>> = { ...before.sizes };
  for (const { step: only, mib, times } of memory)
    for (const step of spec.steps) {
      if (only === undefined ? times === undefined && !isMain(spec, step) : only !== step.name) continue;
      const current = newestLane(rounds, step.name)?.memoryMiB;
      const memoryMiB = times === undefined ? mib : current && Math.ceil(current * times);
      if (memoryMiB !== undefined) sizes[step.name] = { ...sizes[step.name], memoryMiB };
    }
  // An unknown step stays, to be refused by name with the rest.
  for (const { step } of memory)
    if (step !== undefined && !spec.steps.some(each => each.name === step)) sizes[step] = {};
  return { ...request, ...(Object.keys(sizes).length > 0 ? { sizes } : {}) };
}

/** The step's largest jobs in the newest round that had it. */
export function newestLane(rounds: readonly RoundPlan[], step: string): Lane | undefined {
  const lanes = rounds.findLast(plan => plan.steps.some(each => each.name === step));
  return lanes?.steps
    .find(each => each.name === step)
    ?.lanes.toSorted((a, b) => b.memoryMiB - a.memoryMiB)[0];
}

const given = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;
