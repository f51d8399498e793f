import { noteSummary } from './describe/status-summary.ts';
import { type ChildJob, type Counts, isEnded, type Job, type JobSpec, type Status } from './types.ts';

export function newJob(spec: JobSpec, summaryLagMs = 0, now: () => number = Date.now): Job {
  const none: Counts = {
    SUBMITTED: 0,
    PENDING: 0,
    RUNNABLE: 0,
    STARTING: 0,
    RUNNING: 0,
    SUCCEEDED: 0,
    FAILED: 0,
  };
  return {
    spec,
    tasks: new Map(),
    next: 0,
    again: [],
    counts: { ...none, SUBMITTED: taskCount(spec) },
    summaryLagMs,
    now,
    // An array's children are spawned after it was submitted.
    summary: { counts: none, at: spec.createdAt },
  };
}

/** Whether single children wait for single children (N_TO_N, SEQUENTIAL). */
export const isHeld = (spec: JobSpec): boolean =>
  spec.dependsOn.some(each => each.type === 'N_TO_N' || each.type === 'SEQUENTIAL');
export const taskCount = (spec: JobSpec): number => spec.size ?? 1;
export const childId = (job: Job, index: number): string =>
  job.spec.size === undefined ? job.spec.jobId : `${job.spec.jobId}:${index}`;

/** Whether the scheduler has not looked at it yet. An array's children are not there until it has. */
export const isSubmitted = (job: Job): boolean => job.counts.SUBMITTED > 0;

/** The status of tasks that nothing has happened to. */
const idleStatus = (job: Job): Status =>
  isSubmitted(job) ? 'SUBMITTED' : job.counts.PENDING > 0 ? 'PENDING' : 'RUNNABLE';

/** The task with this index; a view of it when nothing has happened to it. */
export const taskOf = (job: Job, index: number): ChildJob =>
  job.tasks.get(index) ?? { index, status: idleStatus(job), attempts: [] };

/** The task with this index, kept from now on. */
export function keepTask(job: Job, index: number): ChildJob {
  const task = taskOf(job, index);
  job.tasks.set(index, task);
  return task;
}

/** Moves a task to a status and keeps the counts right. */
export function move(job: Job, index: number, status: Status): ChildJob {
  noteSummary(job, job.now());
  const task = keepTask(job, index);
  job.counts[task.status]--;
  job.counts[status]++;
  task.status = status;
  return task;
}

/** Moves every task of one status to another. */
export function moveAll(job: Job, from: Status, to: Status): void {
  if (job.counts[from] === 0) return;
  noteSummary(job, job.now());
  job.counts[to] += job.counts[from];
  job.counts[from] = 0;
  for (const task of job.tasks.values()) if (task.status === from) task.status = to;
}

/** The job's own status; an array's parent is PENDING from the spawning of its children until the last of them has ended. */
export function jobStatus(job: Job): Status {
  if (job.spec.size === undefined) return taskOf(job, 0).status;
  if (isSubmitted(job)) return 'SUBMITTED';
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
