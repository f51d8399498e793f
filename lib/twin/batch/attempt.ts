import { randomUUID } from 'node:crypto';
import type { JobDefinition } from '../template/twin-stack.ts';
import { type Host, unknownTypeName } from './fleet.ts';
import { childId } from './job.ts';
import { nodeId } from './nodes.ts';
import type { Attempt, ContainerSpec, Job, JobSpec, RunContainer, RunningContainer } from './types.ts';

/** A new attempt on a host, with a log stream named as ECS names it. */
export const newAttempt = (definition: JobDefinition, host: Host): Attempt => ({
  stream: `${definition.streamPrefix}/default/${randomUUID().replaceAll('-', '')}`,
  instance: host.instance,
  containerInstance: host.containerInstance,
  environment: host.environment.name,
});

/** The container of one attempt, with what Batch itself puts into its environment. */
export function containerSpec(
  job: Job,
  index: number,
  attempt: number,
  definition: JobDefinition,
  host: Host,
): Omit<ContainerSpec, 'onOutput'> {
  const { spec } = job;
  const jobId = childId(job, index);
  return {
    jobId,
    attempt,
    jobName: spec.jobName,
    definition,
    command: spec.command,
    instance: host.instance,
    isSpot: host.environment.isSpot === true,
    ...(host.type === unknownTypeName ? {} : { instanceType: host.type }),
    memoryMiB: spec.memoryMiB,
    environment: {
      ...definition.environment,
      ...spec.environment,
      AWS_BATCH_JOB_ID: jobId,
      AWS_BATCH_JOB_ATTEMPT: String(attempt),
      ...nodeEnvironment(spec),
      AWS_BATCH_JQ_NAME: spec.queue,
      AWS_BATCH_CE_NAME: host.environment.name,
      ...(spec.size === undefined
        ? {}
        : { AWS_BATCH_JOB_ARRAY_INDEX: String(index), AWS_BATCH_JOB_ARRAY_SIZE: String(spec.size) }),
    },
  };
}

/**
 * What Batch tells a node. Source: Batch user guide, mnp-env-vars: the main node's address is not set on the main node
 * itself. Nodes of a twin are processes of this machine.
 */
function nodeEnvironment({ jobId, nodes, nodeOf }: JobSpec): Record<string, string> {
  if (nodes === undefined) return {};
  return {
    // As DescribeJobs addresses it.
    AWS_BATCH_JOB_ID: nodeOf ? jobId : nodeId(jobId, 0),
    AWS_BATCH_JOB_NUM_NODES: String(nodes),
    AWS_BATCH_JOB_MAIN_NODE_INDEX: '0',
    AWS_BATCH_JOB_NODE_INDEX: String(nodeOf?.index ?? 0),
    ...(nodeOf ? { AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: '127.0.0.1' } : {}),
  };
}

/** Starts a container; what keeps it from starting ends the attempt, as the ECS agent would report it. */
export function startContainer(run: RunContainer, spec: ContainerSpec): RunningContainer {
  const failed = (error: unknown) => ({
    statusReason: 'Task failed to start',
    reason: `CannotStartContainerError: ${(error as Error).message}`,
  });
  try {
    const container = run(spec);
    return {
      signal: name => container.signal(name),
      started: container.started ?? Promise.resolve(),
      ...(container.draining ? { draining: container.draining } : {}),
      exited: container.exited.catch(failed),
    };
  } catch (error) {
    return {
      signal: () => undefined,
      started: new Promise(() => undefined),
      exited: Promise.resolve(failed(error)),
    };
  }
}

/** How ECS words the loss of an instance; retry rules match `Host EC2*`. */
export const hostLost = (instance: string): string => `Host EC2 (instance ${instance}) terminated.`;
export const isHostLost = (statusReason: string | undefined): boolean =>
  statusReason?.startsWith('Host EC2 (instance ') === true;
