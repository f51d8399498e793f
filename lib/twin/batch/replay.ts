import { finish, jobEnded, move, newJob, release, taskOf } from './job.ts';
import type { Entry } from './journal.ts';
import { isRetried } from './retry-decision.ts';
import type { Scheduler } from './scheduler.ts';
import { type Attempt, isEnded, type Job } from './types.ts';

/** Gives a scheduler the jobs as the journal left them. What was running has lost its host, and goes through the retry rules. */
export function replay(scheduler: Scheduler, entries: readonly Entry[]): void {
  const jobs = new Map<string, Job>();
  for (const entry of entries) {
    if (entry.kind === 'submitted') jobs.set(entry.spec.jobId, newJob(entry.spec));
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
      if (task.status === 'RUNNING') loseHost(scheduler, job, task.index, task.attempts);
      else if (task.status === 'RUNNABLE' && task.attempts.length > 0) job.again.push(task.index);
    }
    while (job.tasks.has(job.next)) job.next++;
  }
}

function loseHost(scheduler: Scheduler, job: Job, index: number, attempts: readonly Attempt[]): void {
  const statusReason = 'Host EC2 (instance i-0twin) terminated.';
  const attempt: Attempt = { ...attempts.at(-1)!, stoppedAt: Date.now(), statusReason };
  if (job.stopReason === undefined && isRetried(job.spec, attempt, attempts.length))
    scheduler.again(job, index, attempt);
  else scheduler.end(job, index, attempt, 'FAILED', job.stopReason ?? statusReason);
}

function replayEntry(job: Job, entry: Exclude<Entry, { kind: 'submitted' } | { kind: 'resource' }>): void {
  switch (entry.kind) {
    case 'released':
      release(job);
      return;
    case 'stopping':
      job.stopReason = entry.reason;
      return;
    case 'started': {
      const task = move(job, entry.index, 'RUNNING');
      task.attempts = [...task.attempts, entry.attempt];
      delete task.statusReason;
      return;
    }
    case 'ended': {
      const before = taskOf(job, entry.index);
      const task = move(job, entry.index, entry.status);
      if (entry.attempt) task.attempts = [...before.attempts.slice(0, -1), entry.attempt];
      if (entry.statusReason) task.statusReason = entry.statusReason;
      if (!isEnded(entry.status)) return;
      task.stoppedAt = entry.at;
      if (jobEnded(job)) finish(job, entry.at, entry.statusReason);
    }
  }
}
