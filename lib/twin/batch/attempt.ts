import { randomUUID } from 'node:crypto';
import type { JobDefinition, TwinResources } from '../template/read-template.ts';
import { childId } from './job.ts';
import type { Attempt, ContainerSpec, Job, RunContainer, RunningContainer } from './types.ts';

/** A new attempt, with a log stream named as ECS names it. */
export const newAttempt = (definition: JobDefinition): Attempt => ({
  stream: `${definition.streamPrefix}/default/${randomUUID().replaceAll('-', '')}`,
  startedAt: Date.now(),
});

/** The container of one attempt, with what Batch itself puts into its environment. */
export function containerSpec(
  job: Job,
  index: number,
  attempt: number,
  definition: JobDefinition,
  resources: TwinResources,
): Omit<ContainerSpec, 'onOutput'> {
  const { spec } = job;
  const jobId = childId(job, index);
  const pool = resources.queues.find(queue => queue.name === spec.queue)?.computeEnvironments[0] ?? '';
  return {
    jobId,
    attempt,
    jobName: spec.jobName,
    definition,
    command: spec.command,
    environment: {
      ...definition.environment,
      ...spec.environment,
      AWS_BATCH_JOB_ID: jobId,
      AWS_BATCH_JOB_ATTEMPT: String(attempt),
      AWS_BATCH_JQ_NAME: spec.queue,
      AWS_BATCH_CE_NAME: pool.split('/').at(-1)!,
      ...(spec.size === undefined
        ? {}
        : { AWS_BATCH_JOB_ARRAY_INDEX: String(index), AWS_BATCH_JOB_ARRAY_SIZE: String(spec.size) }),
    },
  };
}

/** Starts a container; what keeps it from starting ends the attempt, as the ECS agent would report it. */
export function startContainer(run: RunContainer, spec: ContainerSpec): RunningContainer {
  const failed = (error: unknown) => ({
    statusReason: 'Task failed to start',
    reason: `CannotStartContainerError: ${(error as Error).message}`,
  });
  try {
    const { signal, exited } = run(spec);
    return { signal, exited: exited.catch(failed) };
  } catch (error) {
    return { signal: () => undefined, exited: Promise.resolve(failed(error)) };
  }
}
