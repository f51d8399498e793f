import { isEnded, type Job, type JobSpec, type Status, type Task } from './types.ts';

export function newJob(spec: JobSpec): Job {
  const counts = { SUBMITTED: 0, PENDING: 0, RUNNABLE: 0, STARTING: 0, RUNNING: 0, SUCCEEDED: 0, FAILED: 0 };
  const first: Status = spec.dependsOn.length > 0 ? 'PENDING' : 'RUNNABLE';
  return { spec, tasks: new Map(), next: 0, again: [], counts: { ...counts, [first]: taskCount(spec) } };
}

/** Whether single children wait for single children (N_TO_N, SEQUENTIAL). */
export const isHeld = (spec: JobSpec): boolean =>
  spec.dependsOn.some(each => each.type === 'N_TO_N' || each.type === 'SEQUENTIAL');
export const taskCount = (spec: JobSpec): number => spec.size ?? 1;
export const childId = (job: Job, index: number): string =>
  job.spec.size === undefined ? job.spec.jobId : `${job.spec.jobId}:${index}`;

/** The status of tasks that nothing has happened to. */
export const idleStatus = (job: Job): Status => (job.counts.PENDING > 0 ? 'PENDING' : 'RUNNABLE');

/** The task with this index; a view of it when nothing has happened to it. */
export function taskOf(job: Job, index: number): Task {
  return (
    job.tasks.get(index) ?? {
      index,
      status: idleStatus(job),
      attempts: [],
      ...(job.statusReason ? { statusReason: job.statusReason } : {}),
    }
  );
}

/** Moves a task to a status and keeps the counts right. */
export function move(job: Job, index: number, status: Status): Task {
  const task = taskOf(job, index);
  job.counts[task.status]--;
  job.counts[status]++;
  task.status = status;
  job.tasks.set(index, task);
  return task;
}

/** Dependencies are met: what waited may run. */
export function release(job: Job): void {
  job.counts.RUNNABLE += job.counts.PENDING;
  job.counts.PENDING = 0;
}

/** The job's own status; an array's parent is PENDING until its last child has ended. */
export function jobStatus(job: Job): Status {
  if (job.spec.size === undefined) return taskOf(job, 0).status;
  if (job.counts.SUCCEEDED + job.counts.FAILED < job.spec.size) return 'PENDING';
  return job.counts.FAILED > 0 ? 'FAILED' : 'SUCCEEDED';
}

/** Notes when and why a job as a whole ended; call it when its last task has. */
export function finish(job: Job, at: number, statusReason: string | undefined): void {
  job.stoppedAt = at;
  if (job.spec.size === undefined || job.counts.FAILED === 0) delete job.statusReason;
  else job.statusReason = job.stopReason ?? (statusReason === dependentFailed ? statusReason : childFailed);
}

export const dependentFailed = 'Dependent Job failed';
const childFailed = 'Array Child Job failed';

export const jobEnded = (job: Job): boolean => isEnded(jobStatus(job));
