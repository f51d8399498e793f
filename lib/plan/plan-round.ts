import { ownPoolName } from '../config/own-pools.ts';
import { indexKey, itemsKey } from '../contract/run/keys.ts';
import type { PlannedStep, RoundPlan } from '../contract/run/run.ts';
import { encodeShards, type ShardFile } from '../contract/run/shard-index.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import { LabError, type Problem, refuse } from '../contract/workload/errors.ts';
import { jobDefinitionName } from '../contract/workload/metadata.ts';
import { suggest } from '../contract/workload/suggest.ts';
import type { Item, Resources, RunRequest, StepSpec, WorkloadSpec } from '../contract/workload/workload.ts';
import { fitProblem, resourceProblems } from './resources.ts';
import { jobNameOf } from './run-id.ts';
import { cutArrays, cutShards, mostShardsWithSuccessor } from './shards.ts';

export interface PlanInput {
  readonly spec: WorkloadSpec;
  readonly config: LabConfig;
  readonly request: RunRequest;
  readonly runId: string;
  readonly round: number;
  readonly now: Date;
  /** Queue name by pool, from the deployed stack. */
  readonly queues: Readonly<Record<string, string>>;
  /** Items by step; a step that is not in it is not part of the round. */
  readonly itemsByStep: Readonly<Record<string, readonly Item[]>>;
}

/** A plan as data: what is stored, and what is submitted. */
export interface PlannedRound {
  readonly plan: RoundPlan;
  /** The items file and index of each step. */
  readonly files: Readonly<Record<string, ShardFile>>;
}

/** Pure: same input, same plan. Throws LabError with every problem. */
export function planRound(input: PlanInput): PlannedRound {
  const inRound = new Set(
    input.spec.steps.filter(step => input.itemsByStep[step.name]).map(step => step.name),
  );
  const problems: Problem[] = countProblems(input.request);
  const pool = choosePool(input);
  if ('message' in pool) {
    const resources = input.spec.steps
      .filter(step => inRound.has(step.name))
      .map(step => resourcesOf(input, step));
    throw new LabError(unique([pool, ...problems, ...resources.flatMap(resourceProblems)]));
  }
  const files: Record<string, ShardFile> = {};
  const steps: PlannedStep[] = [];
  for (const step of stepsInOrder(input.spec)) {
    if (!inRound.has(step.name)) continue;
    const items = input.itemsByStep[step.name]!;
    const resources = resourcesOf(input, step);
    problems.push(...resourceProblems(resources));
    const misfit = fitProblem(resources, pool.name, pool.pool, `step ${step.name}`);
    if (misfit) problems.push(misfit);
    const file = encodeShards(problems.length > 0 ? [] : cutStep(step, items, input.request));
    files[step.name] = file;
    const hasSuccessor = input.spec.steps.some(
      other => inRound.has(other.name) && other.dependsOn?.includes(step.name),
    );
    if (hasSuccessor && file.shards > mostShardsWithSuccessor) {
      problems.push({
        where: `step ${step.name}`,
        message: `${file.shards} shards are more than the ${mostShardsWithSuccessor} that a later step can wait for`,
        fix: `put ${Math.ceil(items.length / mostShardsWithSuccessor)} or more ${input.spec.item.many} into a shard: --items-per-shard`,
      });
    }
    steps.push({
      name: step.name,
      takes: step.takes,
      dependsOn: (step.dependsOn ?? []).filter(name => inRound.has(name)),
      items: items.length,
      shards: file.shards,
      itemsKey: itemsKey({ workload: input.spec.name, runId: input.runId }, input.round, step.name),
      indexKey: indexKey({ workload: input.spec.name, runId: input.runId }, input.round, step.name),
      jobQueue: pool.queue,
      jobDefinition: jobDefinitionName(input.config.name, input.spec.name, pool.pool.architecture),
      ...resources,
      arrays: cutArrays(file.shards).map(({ offset, size }, array) => ({
        array,
        offset,
        size,
        jobName: jobNameOf(input.runId, input.spec.name, step.name, input.round, array),
      })),
    });
  }
  refuse(unique(problems));
  return { plan: { ...header(input), steps }, files };
}

function header(input: PlanInput): Omit<RoundPlan, 'steps'> {
  const { request } = input;
  return {
    version: 1,
    workload: input.spec.name,
    runId: input.runId,
    lab: input.config.name,
    round: input.round,
    createdAt: input.now.toISOString(),
    parameters: request.parameters,
    arguments: request.arguments ?? [],
    ...(request.files ? { files: request.files } : {}),
    onItemFailure: input.spec.onItemFailure ?? 'continue',
    ...(request.parallel === undefined
      ? {}
      : {
          parallel: {
            resource: `arraylab-${input.config.name}-${input.runId}-r${input.round}`,
            total: request.parallel,
          },
        }),
  };
}

interface ChosenPool {
  readonly name: string;
  readonly queue: string;
  readonly pool: LabConfig['pools'][string];
}

function choosePool({ spec, config, request, queues }: PlanInput): ChosenPool | Problem {
  const allowed = config.workloads[spec.name]?.pools ?? spec.pools;
  const asked = request.pool ?? allowed[0]!;
  // A workload with a limit of its own has a copy of the pool: either name is understood.
  const name = allowed.find(each => each === asked || each === ownPoolName(asked, spec.name)) ?? asked;
  const pool = config.pools[name];
  const queue = queues[name];
  if (!pool || !queue || !allowed.includes(name)) {
    const near = suggest(name, allowed);
    return {
      where: '--pool',
      message: `${spec.name} has no pool ${JSON.stringify(name)}${pool && allowed.includes(name) ? ' in the deployed stack' : ''}`,
      fix: near ? `did you mean ${near}?` : `its pools: ${allowed.join(', ')}`,
    };
  }
  return { name, queue, pool };
}

function resourcesOf({ spec, config, request }: PlanInput, step: StepSpec): Resources {
  const base = { ...spec.resources, ...config.workloads[spec.name]?.resources, ...step.resources };
  return {
    vcpus: request.vcpus ?? base.vcpus,
    memoryMiB: request.memoryMiB ?? base.memoryMiB,
    timeoutSeconds: request.timeoutSeconds ?? base.timeoutSeconds,
    attempts: request.attempts ?? base.attempts,
  };
}

function cutStep(step: StepSpec, items: readonly Item[], request: RunRequest): readonly (readonly Item[])[] {
  if (step.takes === 'run') return [items];
  if (request.shards !== undefined) return cutShards(items, { shards: request.shards });
  return cutShards(items, { itemsPerShard: request.itemsPerShard ?? step.itemsPerShard ?? 1 });
}

function countProblems(request: RunRequest): Problem[] {
  const problems: Problem[] = [];
  for (const [where, value] of [
    ['--shards', request.shards],
    ['--items-per-shard', request.itemsPerShard],
    ['--parallel', request.parallel],
  ] as const) {
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      problems.push({ where, message: `${value} is not a whole number of at least 1` });
    }
  }
  if (request.shards !== undefined && request.itemsPerShard !== undefined) {
    problems.push({
      where: '--shards',
      message: 'cannot be combined with --items-per-shard',
      fix: 'give one of the two',
    });
  }
  return problems;
}

/** Each step after those it depends on. Throws on a circle or an unknown name: that is a mistake in the spec. */
function stepsInOrder(spec: WorkloadSpec): readonly StepSpec[] {
  const ordered: StepSpec[] = [];
  const left = [...spec.steps];
  while (left.length > 0) {
    const next = left.findIndex(step =>
      (step.dependsOn ?? []).every(name => ordered.some(other => other.name === name)),
    );
    if (next < 0)
      throw new Error(
        `the steps of ${spec.name} depend on each other in a circle, or on one that is not there`,
      );
    ordered.push(...left.splice(next, 1));
  }
  return ordered;
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map(problem => [`${problem.where} ${problem.message}`, problem])).values()];
}
