import { encodeShards, type ShardFile } from '../contract/run/encode-shards.ts';
import { indexKey, itemsKey } from '../contract/run/keys.ts';
import type { ArrayRef, Lane, PlannedArray, PlannedStep, RoundPlan, RunLimits } from '../contract/run/run.ts';
import { type Problem, refuse } from '../contract/workload/errors.ts';
import { jobDefinitionName } from '../contract/workload/metadata.ts';
import { counted } from '../contract/workload/number-text.ts';
import { specOfKind } from '../contract/workload/places.ts';
import type { StepSpec } from '../contract/workload/workload.ts';
import { canaryFirst } from './canary.ts';
import { type CutGroup, cutStep, type Group } from './cut-step.ts';
import { resourceProblems } from './resources.ts';
import { jobNameOf } from './run-id.ts';
import { countOf, cutArrays, joined, mostDependencies } from './shards.ts';
import { choosePool, resourcesOf, type SizeInput, scratchOf, sizeProblems } from './sizes.ts';
import { edgesOf, isSoft, stepsInOrder } from './steps.ts';

export interface PlanInput extends SizeInput {
  readonly runId: string;
  readonly round: number;
  readonly now: Date;
  /** What each step has to do; a step that is not in it is not part of the round. */
  readonly work: Readonly<Record<string, readonly Group[]>>;
  /** Of an open run: how many items the round adds. */
  readonly adds?: number;
  /** Items that go first, and hold the rest until they are done. */
  readonly canary?: readonly string[];
  /** USD an hour of a job of this size in this pool, where prices are known. */
  readonly usdPerHour?: (pool: string, size: Pick<Lane, 'vcpus' | 'memoryMiB'>) => number | undefined;
}

/** A plan as data: what is stored, and what is submitted. */
export interface PlannedRound {
  readonly plan: RoundPlan;
  /** The items file and index of each step. */
  readonly files: Readonly<Record<string, ShardFile>>;
}

/** Every problem with the sizes, pools and counts of a request, whatever its items are. */
export function requestProblems(input: SizeInput, steps = input.spec.steps): readonly Problem[] {
  return unique([
    ...countProblems(input),
    ...unknownSteps(input),
    ...steps.flatMap(step => {
      const pool = choosePool(input, step);
      const resources = resourcesOf(input, step);
      return 'message' in pool
        ? [pool, ...resourceProblems(resources)]
        : sizeProblems(input, step, resources, pool);
    }),
  ]);
}

/** Pure: same input, same plan. Throws LabError with every problem. */
export function planRound(input: PlanInput): PlannedRound {
  const { spec, runId, round, work } = input;
  const steps = stepsInOrder(spec).filter(step => work[step.name]);
  const problems: Problem[] = [...requestProblems(input, steps)];
  refuse(problems);
  const run = { workload: spec.name, runId };
  const files: Record<string, ShardFile> = {};
  const cuts: Record<string, readonly CutGroup[]> = {};
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    const groups = work[step.name]!;
    const isRoot = edgesOf(step).every(edge => !work[edge.step]) && step.takes !== 'run';
    const first = isRoot && input.canary ? canaryFirst(groups, input.canary) : groups;
    const cut = cutStep(spec, step, first, input.request, cuts);
    cuts[step.name] = cut;
    const shards = joined(cut.map(group => group.shards));
    files[step.name] = encodeShards(shards);
    const { lanes, laneOf } = lanesOf(input, step, cut, problems);
    planned.push({
      name: step.name,
      takes: step.takes,
      dependsOn: edgesOf(step).filter(edge => work[edge.step]),
      ...(isSoft(spec, step.name) ? { soft: true as const } : {}),
      ...(spec.steps.some(other => edgesOf(other).some(edge => edge.step === step.name))
        ? { feeds: true as const }
        : {}),
      items: countOf(shards),
      shards: shards.length,
      itemsKey: itemsKey(run, round, step.name),
      indexKey: indexKey(run, round, step.name),
      lanes,
      arrays: arraysOf(input, step, cut, laneOf, planned, problems),
    });
  }
  refuse(unique(problems));
  const most = Math.max(0, ...planned.map(step => step.items));
  return { plan: { ...header(input), ...limitsOf(input.request, most), steps: planned }, files };
}

/** The lanes of a step's groups, each once. */
function lanesOf(
  input: PlanInput,
  step: StepSpec,
  cut: readonly CutGroup[],
  problems: Problem[],
): { readonly lanes: readonly Lane[]; laneOf(group: number): number } {
  const lanes: Lane[] = [];
  const index = cut.map(({ change }) => {
    const pool = choosePool(input, step, change);
    if ('message' in pool) {
      problems.push(pool);
      return 0;
    }
    const resources = resourcesOf(input, step, change);
    problems.push(...sizeProblems(input, step, resources, pool));
    const { architecture } = pool.pool;
    const kind = change.kind ?? step.kind;
    const { nodes } = specOfKind(input.spec, kind);
    const usdPerHour =
      input.request.maxUsd === undefined ? undefined : input.usdPerHour?.(pool.name, resources);
    const lane: Lane = {
      pool: pool.name,
      jobQueue: pool.queue,
      jobDefinition: jobDefinitionName(input.config.name, input.spec.name, architecture, kind),
      ...resources,
      ...(usdPerHour === undefined ? {} : { usdPerHour }),
      scratchGiB: scratchOf(input, step),
      ...(nodes === undefined ? {} : { nodes }),
    };
    const text = JSON.stringify(lane);
    const found = lanes.findIndex(each => JSON.stringify(each) === text);
    return found < 0 ? lanes.push(lane) - 1 : found;
  });
  return { lanes, laneOf: group => index[group] ?? 0 };
}

function arraysOf(
  input: PlanInput,
  step: StepSpec,
  cut: readonly CutGroup[],
  laneOf: (group: number) => number,
  before: readonly PlannedStep[],
  problems: Problem[],
): readonly PlannedArray[] {
  const arrays: PlannedArray[] = [];
  let base = 0;
  let turn: readonly ArrayRef[] = [];
  let canary: readonly ArrayRef[] = [];
  cut.forEach((group, index) => {
    const earlier = [...(group.inTurn ? turn : []), ...(group.isHeld ? canary : [])];
    const first = arrays.length;
    const { nodes } = specOfKind(input.spec, group.change.kind ?? step.kind);
    // A multi-node parallel job is no array's child.
    for (const { offset, size } of cutArrays(group.shards.length, nodes === undefined ? undefined : 1)) {
      const array = arrays.length;
      arrays.push({
        array,
        offset: base + offset,
        size,
        jobName: jobNameOf(input.runId, input.spec.name, step.name, input.round, array),
        lane: laneOf(index),
        ...(group.holds ? { holds: true as const } : {}),
        after: [...dependencies(step, group, base + offset, size, before), ...earlier],
      });
    }
    base += group.shards.length;
    turn = arrays.slice(first).map(({ array }) => ({ step: step.name, array }));
    if (group.holds) canary = [...canary, ...turn];
  });
  const most = Math.max(0, ...arrays.map(each => each.after.length));
  if (most > mostDependencies)
    problems.push({
      where: `step ${step.name}`,
      message: `waits for ${counted(most, 'array')}, and a job of Batch can wait for ${mostDependencies}`,
      fix: `put more ${input.spec.item.many} into a shard: --items-per-shard ${itemsThatFit(before, step)}, or more`,
    });
  return arrays;
}

/** Pairs have the same number at the same place of both steps: what `cutStep` has cut alike. */
function dependencies(
  step: StepSpec,
  group: CutGroup,
  offset: number,
  size: number,
  before: readonly PlannedStep[],
): readonly ArrayRef[] {
  return edgesOf(step).flatMap((edge): readonly ArrayRef[] => {
    const other = before.find(each => each.name === edge.step);
    if (!other) return [];
    if (edge.when !== 'each') return lastArrays(other);
    if (group.pair === undefined) return [];
    const pair = other.arrays.find(each => each.offset === offset && each.size === size)!;
    // A job that is no array has no children to be paired.
    return [{ step: other.name, array: pair.array, ...(size > 1 ? { each: true as const } : {}) }];
  });
}

/** Those of a step that no other of its arrays waits for: once they are over, all are. */
const lastArrays = ({ name, arrays }: PlannedStep): readonly ArrayRef[] =>
  arrays
    .filter(
      ({ array }) =>
        !arrays.some(({ after }) => after.some(each => each.step === name && each.array === array)),
    )
    .map(({ array }) => ({ step: name, array }));

/** The fewest items a shard of which all the arrays before the step are 20 at the most. */
function itemsThatFit(before: readonly PlannedStep[], step: StepSpec): number {
  const waits = before.filter(each => edgesOf(step).some(edge => edge.step === each.name));
  const arrays = (size: number): number =>
    waits.reduce(
      (sum, { takes, items }) => sum + (takes === 'run' ? 1 : cutArrays(Math.ceil(items / size)).length),
      0,
    );
  const most = waits.reduce((max, { items }) => Math.max(max, items), 1);
  let size = 1;
  while (size < most && arrays(size) > mostDependencies) size++;
  return size;
}

function header(input: PlanInput): Omit<RoundPlan, 'steps'> {
  const { request } = input;
  return {
    version: 2,
    workload: input.spec.name,
    runId: input.runId,
    lab: input.config.name,
    round: input.round,
    createdAt: input.now.toISOString(),
    request,
    parameters: request.parameters,
    arguments: request.arguments ?? [],
    ...(request.files ? { files: request.files } : {}),
    onItemFailure: input.spec.onItemFailure ?? 'continue',
    ...(input.adds === undefined ? {} : { adds: input.adds }),
    ...(input.canary && input.canary.length > 0 ? { canary: input.canary } : {}),
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

/** A part of all is a number by now: a retry's round has fewer items. */
function limitsOf(
  { maxFails, maxUsd }: PlanInput['request'],
  items: number,
): { readonly limits?: RunLimits } {
  const part = maxFails?.endsWith('%') ? Math.floor((Number.parseFloat(maxFails) / 100) * items) : maxFails;
  const limits = {
    ...(part === undefined ? {} : { maxFails: Number(part) }),
    ...(maxUsd === undefined ? {} : { maxUsd }),
  };
  return Object.keys(limits).length > 0 ? { limits } : {};
}

function unknownSteps({ spec, request }: SizeInput): Problem[] {
  const names = spec.steps.map(step => step.name);
  return Object.keys(request.sizes ?? {})
    .filter(name => !names.includes(name))
    .map(name => ({
      where: `${name}=`,
      message: `${spec.name} has no step ${JSON.stringify(name)}`,
      fix: `its steps: ${names.join(', ')}`,
    }));
}

function countProblems({ request }: SizeInput): Problem[] {
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

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map(problem => [`${problem.where} ${problem.message}`, problem])).values()];
}
