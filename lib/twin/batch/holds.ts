import { instanceType, usableMemoryMiB } from '../../spec/instance-types.ts';
import type { TwinResources } from '../template/read-template.ts';
import { jobStatus, taskOf } from './job.ts';
import type { Job, JobSpec } from './types.ts';

export type Hold = 'ready' | 'waiting' | 'failed';

/** What holds a job back as a whole: jobs that must have succeeded. */
export function jobHold(job: Job, jobs: ReadonlyMap<string, Job>): Hold {
  let waiting = false;
  for (const { jobId, type } of job.spec.dependsOn) {
    const other = jobId ? jobs.get(jobId) : undefined;
    if (!other || type === 'N_TO_N') continue;
    const status = jobStatus(other);
    if (status === 'FAILED') return 'failed';
    waiting ||= status !== 'SUCCEEDED';
  }
  return waiting ? 'waiting' : 'ready';
}

/** What holds a single child back: the child with the same index (N_TO_N), or the one before it (SEQUENTIAL). */
export function childHold(job: Job, index: number, jobs: ReadonlyMap<string, Job>): Hold {
  const before = job.spec.dependsOn.flatMap(({ jobId, type }) => {
    if (type === 'SEQUENTIAL' && jobId === undefined) return index === 0 ? [] : [taskOf(job, index - 1)];
    const other = type === 'N_TO_N' && jobId ? jobs.get(jobId) : undefined;
    return other ? [taskOf(other, index)] : [];
  });
  if (before.some(task => task.status === 'FAILED')) return 'failed';
  return before.every(task => task.status === 'SUCCEEDED') ? 'ready' : 'waiting';
}

/** Whether some host of the queue's pool can hold one attempt. Pools of unknown instance types hold everything. */
export function fitsPool(spec: JobSpec, { queues, computeEnvironments }: TwinResources): boolean {
  const environments = queues.find(queue => queue.name === spec.queue)?.computeEnvironments ?? [];
  const names = computeEnvironments
    .filter(each => environments.includes(each.arn))
    .flatMap(each => each.instanceTypes);
  const types = names.flatMap(name => instanceType(name) ?? []);
  if (types.length < names.length || types.length === 0) return true;
  return types.some(type => type.vcpus >= spec.vcpus && usableMemoryMiB(type) >= spec.memoryMiB);
}

export const misfit =
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.';
