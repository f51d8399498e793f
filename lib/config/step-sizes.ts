import type { WorkloadConfig } from '../contract/workload/config.ts';
import type { Resources, StepSpec, WorkloadSpec } from '../contract/workload/workload.ts';
import { ownPoolName } from './own-pools.ts';

type Lab = Pick<WorkloadConfig, 'pools' | 'resources' | 'steps'>;

/** What a step's jobs have where a request says nothing: what is said of the step beats what is said of all, the lab's beats ours. */
export const stepResources = (spec: WorkloadSpec, lab: Lab | undefined, step: StepSpec): Resources => ({
  ...spec.resources,
  ...lab?.resources,
  ...step.resources,
  ...lab?.steps?.[step.name]?.resources,
});

/** GiB of scratch that must be free for one job of the step. */
export const stepScratchGiB = (
  spec: WorkloadSpec,
  lab: Pick<WorkloadConfig, 'steps'> | undefined,
  step: StepSpec,
): number =>
  lab?.steps?.[step.name]?.scratchGiB ??
  step.scratchGiB ??
  (step.kind === undefined ? undefined : spec.kinds?.[step.kind]?.scratchGiB) ??
  spec.scratchGiB;

/** The pool that a step's jobs go to alone, where the lab or the step says one. */
export const stepPool = (
  lab: Pick<WorkloadConfig, 'steps'> | undefined,
  step: StepSpec,
): string | undefined => lab?.steps?.[step.name]?.pool ?? step.pool;

/** Pools that jobs of a kind can go to: those of its steps, where each says one, else all of the workload's. */
export function kindPools(
  spec: WorkloadSpec,
  lab: Pick<WorkloadConfig, 'pools' | 'steps'>,
  kind: string | undefined,
): readonly string[] {
  const own = spec.steps.filter(step => step.kind === kind).map(step => stepPool(lab, step));
  if (own.length === 0 || own.some(each => each === undefined)) return lab.pools;
  // A workload with a limit of its own has copies of its pools.
  return lab.pools.filter(pool => own.some(each => pool === each || pool === ownPoolName(each!, spec.name)));
}
