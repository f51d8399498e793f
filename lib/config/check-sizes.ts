import { fitsNone, largest, scratchShortage, sizeForFreeGiB, sizeLimits } from '../contract/hosts/fitting.ts';
import type { LabConfig, Pool, WorkloadConfig } from '../contract/workload/config.ts';
import { stepPool, stepResources, stepScratchGiB } from '../contract/workload/step-sizes.ts';
import type { Resources, WorkloadSpec } from '../contract/workload/workload.ts';
import { type Say, unknownFields, unknownName, whole } from './say.ts';

/** What a lab says of single steps is of steps that there are, in numbers that Batch takes. */
export function checkSteps(
  spec: WorkloadSpec,
  { steps = {}, pools }: WorkloadConfig,
  where: string,
  say: Say,
): void {
  const names = spec.steps.map(step => step.name);
  for (const [name, step] of Object.entries(steps)) {
    const at = `${where}.steps.${name}`;
    unknownName(name, names, `${where}.steps`, `${spec.name} has no step ${JSON.stringify(name)}`, say);
    unknownFields(step, ['resources', 'pool', 'scratchGiB'], `${at}.`, say);
    if (step.resources) checkResources(step.resources, `${at}.resources`, say);
    if (step.scratchGiB !== undefined) whole(`${at}.scratchGiB`, step.scratchGiB, 0, 60_000, say);
    if (step.pool !== undefined)
      unknownName(
        step.pool,
        pools,
        `${at}.pool`,
        `${spec.name} has no pool ${JSON.stringify(step.pool)}`,
        say,
      );
  }
}

export function checkResources(given: Partial<Resources>, where: string, say: Say): void {
  unknownFields(given, Object.keys(sizeLimits), `${where}.`, say);
  for (const [name, [least, most]] of Object.entries(sizeLimits)) {
    const value = given[name as keyof Resources];
    if (value !== undefined) whole(`${where}.${name}`, value, least, most, say);
  }
}

/** A job of each step fits a host of every pool that it may go to, and so many as a host holds find their scratch. */
export function checkSizes(spec: WorkloadSpec, config: LabConfig, where: string, say: Say): void {
  const workload = config.workloads[spec.name]!;
  const said = new Set<string>();
  for (const step of spec.steps) {
    const resources = stepResources(spec, workload, step);
    const scratchGiB = stepScratchGiB(spec, workload, step);
    const own = stepPool(workload, step);
    const at = isOwn(resources, workload.resources) ? `${where}.steps.${step.name}` : where;
    for (const name of own === undefined ? workload.pools : [own]) {
      const pool = config.pools[name];
      const key = JSON.stringify([at, name, resources, scratchGiB]);
      if (!pool || said.has(key)) continue;
      said.add(key);
      checkFit({ jobs: spec.name, name, pool, resources, scratchGiB, where: `${at}.resources` }, say);
    }
  }
}

const isOwn = (a: Resources, b: Resources): boolean => a.vcpus !== b.vcpus || a.memoryMiB !== b.memoryMiB;

interface Fit {
  readonly jobs: string;
  readonly name: string;
  readonly pool: Pool;
  readonly resources: Resources;
  readonly scratchGiB: number;
  readonly where: string;
}

function checkFit({ jobs, name, pool, resources, scratchGiB, where }: Fit, say: Say): void {
  const { vcpus, memoryMiB } = resources;
  if (fitsNone(resources, pool))
    say(
      where,
      `${vcpus} vCPUs and ${memoryMiB} MiB fit no host of pool ${name}`,
      `its largest gives containers ${largest(pool.instanceTypes)!.memoryMiB} MiB`,
    );
  const short = scratchShortage(pool, resources, scratchGiB);
  if (short)
    say(
      `pools.${name}.scratch`,
      `a ${short.host} has ${short.freeGiB} GiB free, and ${short.jobs === 1 ? 'a job' : `the ${short.jobs} jobs`} of ${jobs} that it holds need${short.jobs === 1 ? 's' : ''} ${short.jobs * scratchGiB}`,
      pool.scratch === 'instance-store'
        ? 'types with larger disks, or more vCPUs or memory for a job'
        : `sizeGiB: ${sizeForFreeGiB(short.jobs * scratchGiB)}, or more vCPUs or memory for a job`,
    );
}
