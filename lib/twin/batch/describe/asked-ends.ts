import { jobEnded, keepTask, taskCount, taskOf } from '../job.ts';
import { isEnded, type Job } from '../types.ts';

/** Notes a terminate. A replayed journal notes it again. */
export function markStopping(job: Job, index: number | undefined, reason: string): void {
  if (jobEnded(job)) return;
  if (index !== undefined) {
    const task = keepTask(job, index);
    if (isEnded(task.status)) return;
    task.isTerminated = true;
    return;
  }
  job.isTerminated = true;
  job.stopReason = reason;
}

/** Notes a cancel for what has not started; see CancelJob: what waits for other jobs is cancelled when those have ended. */
export function markCancelling(job: Job, index: number | undefined, reason: string): void {
  if (jobEnded(job)) return;
  if (index === undefined) {
    if (job.spec.size !== undefined) job.isCancelled = true;
    if (job.counts.RUNNING + job.counts.STARTING === 0) job.stopReason = reason;
  }
  const first = index ?? 0;
  const last = index ?? taskCount(job.spec) - 1;
  for (let child = first; child <= last; child++) {
    const { status } = taskOf(job, child);
    if (isEnded(status) || status === 'STARTING' || status === 'RUNNING') continue;
    const task = keepTask(job, child);
    task.cancelling = reason;
    task.isCancelled = true;
  }
}
