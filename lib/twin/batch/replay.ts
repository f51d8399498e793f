import { hostLost } from './attempt.ts';
import { markCancelling, markStopping } from './describe/asked-ends.ts';
import { finish, jobEnded, move, moveAll, newJob, taskCount, taskOf } from './job.ts';
import type { JournalEntry } from './journal.ts';
import { isRetried } from './retry-decision.ts';
import type { Scheduler } from './scheduler.ts';
import { type ChildJob, isEnded, type Job } from './types.ts';

/** Gives a scheduler the jobs as the journal left them. What was running has lost its host, and goes through the retry rules. */
export function replay(
  scheduler: Scheduler,
  entries: Iterable<JournalEntry>,
  summaryLagMs = 0,
  now: () => number = Date.now,
): void {
  const jobs = new Map<string, Job>();
  for (const entry of entries) {
    if (entry.kind === 'submitted') jobs.set(entry.spec.jobId, newJob(entry.spec, summaryLagMs, now));
    else if (entry.kind === 'resource') {
      if (entry.total === undefined) scheduler.capacity.consumables.delete(entry.name);
      else scheduler.capacity.consumables.set(entry.name, { total: entry.total, used: 0 });
    } else {
      const job = jobs.get(entry.jobId);
      if (job) replayEntry(job, entry);
    }
  }
  for (const job of jobs.values()) {
    // In the order of submission, so that what a job waits for is there before it.
    scheduler.add(job);
    for (const task of [...job.tasks.values()]) {
      if (task.status === 'RUNNING' || task.status === 'STARTING') loseHost(scheduler, job, task);
      else if (task.status === 'RUNNABLE' && task.attempts.length > 0) job.again.push(task.index);
    }
    endAsked(scheduler, job);
    while (hasBegun(job.tasks.get(job.next))) job.next++;
  }
}

const hasBegun = (task: ChildJob | undefined): boolean =>
  task !== undefined && (task.attempts.length > 0 || isEnded(task.status));

function loseHost(scheduler: Scheduler, job: Job, task: ChildJob): void {
  const last = task.attempts.at(-1)!;
  const statusReason = hostLost(last.instance ?? 'i-0twin');
  const attempt = { ...last, stoppedAt: job.now(), statusReason };
  const stopped = job.stopReason ?? task.stopping;
  if (stopped === undefined && isRetried(job.spec, attempt, task.attempts.length))
    scheduler.again(job, task.index, attempt);
  else scheduler.end(job, task.index, attempt, 'FAILED', stopped ?? statusReason);
}

/** Carries out what a kill left half done: a terminate, or a cancel of what was between two attempts. */
function endAsked(scheduler: Scheduler, job: Job): void {
  const whole = job.isTerminated ? job.stopReason : undefined;
  const indexes = whole === undefined ? [...job.tasks.keys()] : Array(taskCount(job.spec)).keys();
  for (const index of indexes) {
    const { status, stopping, cancelling } = taskOf(job, index);
    const reason = whole ?? stopping ?? (status === 'RUNNABLE' ? cancelling : undefined);
    if (reason !== undefined && !isEnded(status)) scheduler.end(job, index, undefined, 'FAILED', reason);
  }
}

function replayEntry(
  job: Job,
  entry: Exclude<JournalEntry, { kind: 'submitted' } | { kind: 'resource' }>,
): void {
  switch (entry.kind) {
    case 'released':
      moveAll(job, 'SUBMITTED', 'RUNNABLE');
      return;
    case 'stopping':
      markStopping(job, entry.index, entry.reason);
      if (entry.index !== undefined) taskOf(job, entry.index).stopping = entry.reason;
      return;
    case 'cancelling':
      markCancelling(job, entry.index, entry.reason);
      return;
    case 'started': {
      const task = move(job, entry.index, 'STARTING');
      task.attempts = task.attempts.concat([entry.attempt]);
      delete task.statusReason;
      return;
    }
    case 'running': {
      const task = move(job, entry.index, 'RUNNING');
      task.attempts = task.attempts.with(-1, { ...task.attempts.at(-1)!, startedAt: entry.at });
      return;
    }
    case 'ended': {
      const before = taskOf(job, entry.index);
      const task = move(job, entry.index, entry.status);
      if (entry.attempt) task.attempts = before.attempts.with(-1, entry.attempt);
      if (entry.statusReason) task.statusReason = entry.statusReason;
      if (!isEnded(entry.status)) return;
      task.stoppedAt = entry.at;
      if (jobEnded(job)) finish(job, entry.at, entry.statusReason);
    }
  }
}
