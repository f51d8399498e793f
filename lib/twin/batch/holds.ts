import { jobStatus, taskOf } from './job.ts';
import type { Job } from './types.ts';

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
