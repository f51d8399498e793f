import { scratchShortage } from '../contract/hosts/fitting.ts';
import type { LabConfig, Pool } from '../contract/workload/config.ts';
import type { Problem } from '../contract/workload/errors.ts';
import {
  kindPools,
  ownPoolName,
  stepPool,
  stepResources,
  stepScratchGiB,
} from '../contract/workload/step-sizes.ts';
import { suggest } from '../contract/workload/suggest.ts';
import type { Resources, RunRequest, StepSpec, WorkloadSpec } from '../contract/workload/workload.ts';
import { fitProblem, resourceProblems } from './resources.ts';
import { isMain } from './steps.ts';

export interface SizeInput {
  readonly spec: WorkloadSpec;
  readonly config: LabConfig;
  readonly request: RunRequest;
  /** Queue name by pool, from the deployed stack. */
  readonly queues: Readonly<Record<string, string>>;
}

/** What some of a step's items get that the others do not. */
export interface Change extends Partial<Resources> {
  readonly pool?: string;
  /** Another kind of jobs than the step's. */
  readonly kind?: string;
}

export interface ChosenPool {
  readonly name: string;
  readonly queue: string;
  readonly pool: Pool;
}

/** What a step's jobs ask for: spec, then lab.config.ts, then the request; what is said of the step beats what is said of all. */
export function resourcesOf(
  { spec, config, request }: SizeInput,
  step: StepSpec,
  change: Change = {},
): Resources {
  const base = {
    ...stepResources(spec, config.workloads[spec.name], step),
    ...(isMain(spec, step) ? given(request) : {}),
    ...request.sizes?.[step.name],
    ...given(change),
  };
  const { vcpus, memoryMiB, timeoutSeconds, attempts } = base;
  return { vcpus, memoryMiB, timeoutSeconds, attempts };
}

/** GiB of scratch that must be free for one job of the step. */
export const scratchOf = ({ spec, config }: SizeInput, step: StepSpec): number =>
  stepScratchGiB(spec, config.workloads[spec.name], step);

/** The pool that a step's jobs go to. */
export function choosePool(
  { spec, config, request, queues }: SizeInput,
  step: StepSpec,
  change: Change = {},
): ChosenPool | Problem {
  const lab = config.workloads[spec.name];
  const all = lab?.pools ?? spec.pools;
  // Jobs of a kind that is held to some pools (what deletes is not beside what is privileged) go to no other.
  const allowed = kindPools(spec, { pools: all, ...(lab?.steps ? { steps: lab.steps } : {}) }, step.kind);
  // A workload with a limit of its own has a copy of the pool: either name is understood.
  const among = (pools: readonly string[], asked: string): string | undefined =>
    pools.find(each => each === asked || each === ownPoolName(asked, spec.name));
  const bare = isMain(spec, step) ? request.pool : undefined;
  const isMeant = bare !== undefined && (among(allowed, bare) ?? among(all, bare)) === among(allowed, bare);
  const asked = change.pool ?? (isMeant ? bare : undefined) ?? stepPool(lab, step) ?? allowed[0]!;
  const name = among(allowed, asked) ?? asked;
  const pool = config.pools[name];
  const queue = queues[name];
  if (pool && queue && allowed.includes(name)) return { name, queue, pool };
  if (pool && allowed.includes(name))
    return {
      where: '--pool',
      message: `pool ${JSON.stringify(name)} of ${spec.name} is in lab.config.ts, and not in the deployed stack`,
      fix: 'npm run deploy; on the twin: npx lab twin down, then npx lab twin up',
    };
  // One that a lab may have needs a line and a deploy, and is not what was misspelt.
  if (pool)
    return {
      where: '--pool',
      message: `${spec.name} has no pool ${JSON.stringify(name)}`,
      fix: `its pools: ${allowed.join(', ')}; workloads.${spec.name}.pools of lab.config.ts adds it`,
    };
  const near = suggest(name, allowed);
  return {
    where: '--pool',
    message: `${spec.name} has no pool ${JSON.stringify(name)}`,
    fix: near ? `did you mean ${near}?` : `its pools: ${allowed.join(', ')}`,
  };
}

/** What AWS would refuse, what fits no host of the pool, and what would fill the scratch of one. */
export function sizeProblems(
  input: SizeInput,
  step: StepSpec,
  resources: Resources,
  { name, pool }: ChosenPool,
): Problem[] {
  const problems = resourceProblems(resources);
  const misfit = fitProblem(resources, name, pool, `step ${step.name}`);
  if (misfit) problems.push(misfit);
  if (problems.length > 0) return problems;
  const scratchGiB = scratchOf(input, step);
  const short = scratchShortage(pool, resources, scratchGiB);
  if (short)
    problems.push({
      where: `step ${step.name}`,
      message: `a ${short.host} of pool ${name} has ${short.freeGiB} GiB of scratch free, and ${short.jobs === 1 ? 'a job that it holds needs' : `the ${short.jobs} jobs that it holds need`} ${short.jobs * scratchGiB}`,
      fix: 'ask for more vCPUs or memory, so that fewer share a host, or for a pool with more scratch: --pool',
    });
  return problems;
}

function given(from: Partial<Resources>): Partial<Resources> {
  const { vcpus, memoryMiB, timeoutSeconds, attempts } = from;
  return Object.fromEntries(
    Object.entries({ vcpus, memoryMiB, timeoutSeconds, attempts }).filter(([, value]) => value !== undefined),
  );
}
