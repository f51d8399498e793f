import type { WorkloadConfig } from './config.ts';
import type { Resources, StepSpec, WorkloadSpec } from './workload.ts';

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

/** Name of the copy of a pool that one workload has for itself. */
export const ownPoolName = (pool: string, workload: string): string => `${pool}-${workload}`;

/** Pools that a step's jobs can go to: the one that it says, or the workload's copy of it, else all of the workload's. */
export function stepPools(
  spec: WorkloadSpec,
  lab: Pick<WorkloadConfig, 'pools' | 'steps'>,
  step: StepSpec,
): readonly string[] {
  const own = stepPool(lab, step);
  if (own === undefined) return lab.pools;
  return lab.pools.filter(pool => pool === own || pool === ownPoolName(own, spec.name));
}

/** The same of a kind: those of all its steps. */
export function kindPools(
  spec: WorkloadSpec,
  lab: Pick<WorkloadConfig, 'pools' | 'steps'>,
  kind: string | undefined,
): readonly string[] {
  const steps = spec.steps.filter(step => step.kind === kind);
  if (steps.length === 0) return lab.pools;
  const used = new Set(steps.flatMap(step => stepPools(spec, lab, step)));
  return lab.pools.filter(pool => used.has(pool));
}

/** What jobs of some steps ask for. */
export interface Demand extends Resources {
  readonly scratchGiB: number;
  /** Of a workload whose steps ask for different sizes: those that ask for this. */
  readonly steps?: readonly string[];
}

/** What a workload's jobs in a pool ask for, each once. */
export function demandsIn(
  spec: WorkloadSpec,
  lab: Pick<WorkloadConfig, 'pools' | 'resources' | 'steps'>,
  pool: string,
): readonly Demand[] {
  const found = new Map<string, { demand: Demand; steps: string[] }>();
  for (const step of spec.steps.filter(each => stepPools(spec, lab, each).includes(pool))) {
    const demand = { ...stepResources(spec, lab, step), scratchGiB: stepScratchGiB(spec, lab, step) };
    const key = JSON.stringify([demand.vcpus, demand.memoryMiB, demand.scratchGiB]);
    const known = found.get(key) ?? { demand, steps: [] as string[] };
    known.steps.push(step.name);
    found.set(key, known);
  }
  return [...found.values()].map(({ demand, steps }) => (found.size > 1 ? { ...demand, steps } : demand));
}
