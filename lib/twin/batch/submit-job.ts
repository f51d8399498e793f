import { randomUUID } from 'node:crypto';
import type { JobDefinition, TwinStack } from '../template/twin-stack.ts';
import { clientError, refusedInside } from './client-error.ts';
import { consumableName } from './consumables.ts';
import type { Job, JobSpec } from './types.ts';

type Input = Readonly<Record<string, unknown>>;

/** Checks a SubmitJob against the documented limits and makes the job of it. Throws ClientException. */
export function submittedJob(
  input: Input,
  resources: TwinStack,
  jobs: ReadonlyMap<string, Job>,
  now: number,
): JobSpec {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > 30 * 1024)
    throw refusedInside(`Job size must be less than 30 KiB, got ${Math.ceil(bytes / 1024)} KiB`);
  const jobName = String(input.jobName ?? '');
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(jobName))
    throw refusedInside('Job name should match valid pattern');
  const queue = findQueue(resources, String(input.jobQueue ?? ''));
  if (queue.state !== 'ENABLED') throw clientError(`JobQueue ${queue.name} is in DISABLED state`);
  // The twin's queues are first-in-first-out, as the stack's are.
  if (input.shareIdentifier !== undefined || input.schedulingPriorityOverride !== undefined)
    throw clientError(
      'Job with shareIdentifier or schedulingPriority can only be submitted to job queue with fair share scheduling policy.',
    );
  const definition = findDefinition(resources, String(input.jobDefinition ?? ''));
  const unfit = definition.nodes === undefined ? 'nodeOverrides' : 'containerOverrides';
  const other = [unfit, 'eksPropertiesOverride', 'ecsPropertiesOverride'].find(
    name => input[name] !== undefined,
  );
  if (other)
    throw clientError(
      `${other} does not fit a job definition with ${definition.nodes === undefined ? 'container' : 'node'}Properties`,
    );
  const size = (input.arrayProperties as { size?: number } | undefined)?.size;
  if (size !== undefined && (!Number.isInteger(size) || size < 2 || size > 10_000))
    throw clientError('Array Size must be between 2 and 10000');
  const nodes = nodesOf(input, definition, size);
  const overrides = nodes?.overrides ?? ((input.containerOverrides ?? {}) as Input);
  const retry = input.retryStrategy as
    | { attempts?: number; evaluateOnExit?: Record<string, string>[] }
    | undefined;
  const timeout =
    (input.timeout as { attemptDurationSeconds?: number } | undefined)?.attemptDurationSeconds ??
    definition.timeoutSeconds;
  if (timeout !== undefined && timeout < 60)
    throw clientError('Timeout attemptDurationSeconds must be at least 60');
  const tags = checkedTags((input.tags ?? {}) as Record<string, string>);
  return {
    jobId: randomUUID(),
    jobName,
    queue: queue.name,
    queueArn: queue.arn,
    definition: definition.arn,
    createdAt: now,
    ...(size === undefined ? {} : { size }),
    ...(nodes ? { nodes: nodes.count } : {}),
    dependsOn: dependencies(input, size, jobs),
    command: command(definition, overrides, (input.parameters ?? {}) as Record<string, string>),
    environment: environment(overrides),
    parameters: { ...definition.parameters, ...(input.parameters as Record<string, string> | undefined) },
    ...requirements(overrides, definition),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...retryStrategy(retry, definition),
    consumables: consumables(input),
    tags,
    ...(input.propagateTags === undefined ? {} : { propagateTags: input.propagateTags === true }),
    ...refusedByEcs(overrides),
  };
}

export function findQueue(resources: TwinStack, text: string): TwinStack['queues'][number] {
  const queue = resources.queues.find(each => each.name === text || each.arn === text);
  if (!queue) throw clientError(`JobQueue ${text} not found`);
  return queue;
}

function findDefinition(resources: TwinStack, text: string): JobDefinition {
  const definition = resources.jobDefinitions.find(
    each =>
      each.name === text ||
      `${each.name}:${each.revision}` === text ||
      each.arn === text ||
      // An ARN without its revision is that of the latest.
      (text.startsWith('arn:') && each.arn === `${text}:${each.revision}`),
  );
  if (!definition) throw clientError(`JobDefinition not found: ${text}`);
  return definition;
}

/**
 * The nodes of a multi-node parallel job, and what is overridden of them: a range of the definition's by its own words
 * (aws-parallelcluster#964 has the refusal). Its number may be another, for the last range is open (API reference,
 * NodeOverrides).
 */
function nodesOf(
  input: Input,
  definition: JobDefinition,
  size: number | undefined,
): { readonly count: number; readonly overrides: Input } | undefined {
  if (definition.nodes === undefined) return undefined;
  if (size !== undefined) throw clientError('A multi-node parallel job cannot be an array');
  const given = (input.nodeOverrides ?? {}) as {
    numNodes?: number;
    nodePropertyOverrides?: { targetNodes?: string; containerOverrides?: Input }[];
  };
  const count = given.numNodes ?? definition.nodes;
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw clientError('numNodes must be between 1 and 1000');
  let overrides: Input = {};
  for (const { targetNodes, containerOverrides } of given.nodePropertyOverrides ?? []) {
    if (targetNodes !== '0:')
      throw clientError(
        `NodeOverride targets should match job definition. Non matching targets - ${targetNodes}`,
      );
    overrides = containerOverrides ?? {};
  }
  return { count, overrides };
}

function dependencies(
  input: Input,
  size: number | undefined,
  jobs: ReadonlyMap<string, Job>,
): JobSpec['dependsOn'] {
  const list = (input.dependsOn ?? []) as { jobId?: string; type?: string }[];
  if (list.length > 20) throw refusedInside('Job cannot have more than 20 dependencies');
  for (const { jobId, type } of list) {
    if (type === 'SEQUENTIAL' && size === undefined)
      throw clientError('SEQUENTIAL dependency type is only supported for array jobs');
    if (jobId === undefined && type !== 'SEQUENTIAL') throw clientError('A dependency needs a job id');
    const other = jobId === undefined ? undefined : jobs.get(jobId);
    if (jobId !== undefined && !other) throw clientError(`Job ${jobId} does not exist`);
    if (type !== undefined && type !== 'N_TO_N' && type !== 'SEQUENTIAL')
      throw clientError(`${type} is not a dependency type`);
    if (type === 'N_TO_N' && (size === undefined || other?.spec.size !== size))
      throw clientError('N_TO_N dependencies need two array jobs of the same size');
  }
  return list.map(({ jobId, type }) => ({ ...(jobId ? { jobId } : {}), ...(type ? { type } : {}) }));
}

function command(definition: JobDefinition, overrides: Input, parameters: Record<string, string>): string[] {
  const words = (overrides.command ?? definition.command) as string[];
  if (words.some(word => word === '')) throw clientError('Command cannot be empty');
  const all = { ...definition.parameters, ...parameters };
  return words.map(word => {
    const name = /^Ref::(.+)$/.exec(word)?.[1];
    if (name === undefined) return word;
    if (!Object.hasOwn(all, name)) throw clientError(`Parameter ${name} has no value`);
    return all[name]!;
  });
}

function environment(overrides: Input): Record<string, string> {
  const list = (overrides.environment ?? []) as { name?: string; value?: string }[];
  if (list.some(each => !each.name)) throw clientError('Environment variable name cannot be empty');
  const reserved = list.find(each => each.name!.startsWith('AWS_BATCH'));
  if (reserved)
    throw clientError(`Environment variable ${reserved.name}: names that start with AWS_BATCH are reserved`);
  return Object.fromEntries(list.map(each => [each.name!, each.value ?? '']));
}

/**
 * Batch takes a job whose overrides are longer than ECS allows, and each of its children FAILs when ECS is asked to run it.
 * Source: the 8,192 characters are ECS's (API reference, RunTask, overrides; JSON's own characters count), and no quota or
 * error of SubmitJob's (Batch user guide, service_limits); that jobs FAIL is what users report (Netflix/metaflow#977 and
 * #1482, ASFHyP3/hyp3#3041: `"Status": "FAILED", "StatusReason": "Container Overrides length must be at most 8192"`).
 */
const refusedByEcs = (overrides: Input): { refusedByEcs?: string } =>
  JSON.stringify(overrides).length > 8192
    ? { refusedByEcs: 'Container Overrides length must be at most 8192' }
    : {};

/** The definition's vCPU and memory, or the overrides' own. `vcpus` and `memory` of old are ignored, as Batch ignores them. */
function requirements(overrides: Input, definition: JobDefinition): Pick<JobSpec, 'vcpus' | 'memoryMiB'> {
  const given = (overrides.resourceRequirements ?? []) as { type: string; value: string }[];
  const found = { VCPU: definition.vcpus, MEMORY: definition.memoryMiB };
  for (const { type, value } of given) {
    if (type !== 'VCPU' && type !== 'MEMORY')
      throw clientError(`resourceRequirements of type ${type} do not fit this job definition`);
    // On EC2 a job has at least one vCPU and 4 MiB, in whole numbers (API reference, ResourceRequirement).
    if (!/^\d+$/.test(value) || Number(value) < (type === 'VCPU' ? 1 : 4))
      throw clientError(`resourceRequirements ${type} value ${value} is not valid`);
    found[type] = Number(value);
  }
  return { vcpus: found.VCPU, memoryMiB: found.MEMORY };
}

/** At most 50; keys of 1 to 128 characters that do not start with `aws:`, values of at most 256. */
function checkedTags(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length > 50) throw clientError('A job can have at most 50 tags');
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128 || /^aws:/i.test(key))
      throw clientError(`tag key ${key} is not valid`);
    if (value.length > 256) throw clientError(`the value of tag ${key} is longer than 256 characters`);
  }
  return tags;
}

function retryStrategy(
  given: { attempts?: number; evaluateOnExit?: Record<string, string>[] } | undefined,
  definition: JobDefinition,
): Pick<JobSpec, 'attempts' | 'evaluateOnExit'> {
  // One in SubmitJob replaces the definition's as a whole.
  const { attempts, evaluateOnExit } = given
    ? { attempts: given.attempts ?? 1, evaluateOnExit: given.evaluateOnExit ?? [] }
    : definition;
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 10)
    throw clientError('Retry attempts must be between 1 and 10');
  if (evaluateOnExit.length > 5) throw clientError('evaluateOnExit can have at most 5 rules');
  if (given?.evaluateOnExit && given.attempts === undefined)
    throw clientError('attempts must be given with evaluateOnExit');
  evaluateOnExit.forEach(checkRule);
  return { attempts, evaluateOnExit };
}

/** Patterns of at most 512 characters hold letters, digits, `.`, `:`, white space and one `*` at the end; exit codes digits and one `*`. */
function checkRule(rule: Readonly<Record<string, string>>): void {
  if (!/^(RETRY|EXIT)$/i.test(rule.action ?? ''))
    throw clientError(`evaluateOnExit action ${rule.action} must be RETRY or EXIT`);
  const text = /^[A-Za-z0-9.:\s]*\*?$/;
  for (const [name, form] of [
    ['onExitCode', /^\d*\*?$/],
    ['onReason', text],
    ['onStatusReason', text],
  ] as const) {
    const value = rule[name];
    if (value !== undefined && (value.length > 512 || !form.test(value)))
      throw clientError(`evaluateOnExit ${name} "${value}" is not a valid pattern`);
  }
}

function consumables(input: Input): JobSpec['consumables'] {
  const list =
    (
      input.consumableResourcePropertiesOverride as
        | { consumableResourceList?: { consumableResource: string; quantity: number }[] }
        | undefined
    )?.consumableResourceList ?? [];
  for (const { quantity } of list)
    if (!Number.isInteger(quantity) || quantity < 1)
      throw clientError(`consumable resource quantity ${quantity} is not valid`);
  return list.map(each => ({ name: consumableName(each.consumableResource), quantity: each.quantity }));
}
