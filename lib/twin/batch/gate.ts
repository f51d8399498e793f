import type { Clock } from '../clock.ts';
import { childHold, jobHold } from './holds.ts';
import { dependentFailed, isHeld, isSubmitted, move, moveAll, taskCount, taskOf } from './job.ts';
import type { Journal } from './journal.ts';
import type { BatchPace } from './pace.ts';
import { isEnded, type Job } from './types.ts';

export interface GateOptions {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly journal: Journal;
  readonly pace: BatchPace;
  readonly clock: Clock;
  /** Ends a task, or every task of a job, that will never be RUNNABLE. */
  readonly refuse: (job: Job, index: number | undefined, reason: string) => void;
  readonly changed: (job: Job, index: number | undefined) => void;
  /** A job that was too early may be looked at again. */
  readonly wake: () => void;
}

/** Lets jobs and children through to RUNNABLE: after their time as SUBMITTED, once what they wait for has ended well. */
export class Gate {
  private readonly options: GateOptions;
  /** For jobs that are to stay SUBMITTED for a while. */
  private alarm: { readonly at: number; callOff(): void } | undefined;

  constructor(options: GateOptions) {
    this.options = options;
  }

  /** Brings a job as far as RUNNABLE; false while it waits. */
  lets(job: Job): boolean {
    if (job.open) return true;
    if (isSubmitted(job)) {
      if (this.isEarly(job)) return false;
      moveAll(job, 'SUBMITTED', 'PENDING');
      if (job.spec.size !== undefined) this.options.changed(job, undefined);
      this.tellAll(job, 'PENDING');
    }
    const hold = jobHold(job, this.options.jobs);
    if (hold === 'waiting') return false;
    if (hold === 'ready') this.open(job);
    this.endCancelled(job);
    if (hold === 'failed') this.options.refuse(job, undefined, dependentFailed);
    return hold === 'ready';
  }

  /** Looks at the children, of these jobs, that waited for one that has ended. */
  settle(job: Job, index: number, active: Iterable<Job>): void {
    for (const other of active) {
      if (!other.open || !isHeld(other.spec)) continue;
      if (other === job && index + 1 < taskCount(job.spec)) this.unhold(job, index + 1);
      if (other.spec.dependsOn.some(each => each.jobId === job.spec.jobId)) this.unhold(other, index);
    }
  }

  close(): void {
    this.alarm?.callOff();
  }

  /** Whether a job is to stay SUBMITTED; it is looked at again when that is over. */
  private isEarly(job: Job): boolean {
    const { pace, clock, wake } = this.options;
    const at = job.spec.createdAt + pace.submittedMs;
    const now = job.now();
    if (at <= now) return false;
    if (this.alarm && this.alarm.at > now && this.alarm.at <= at) return true;
    this.alarm?.callOff();
    this.alarm = { at, callOff: clock.after(at - now, wake) };
    return true;
  }

  /** Tells of every task that a job as a whole has brought to a status. A job that waits for nothing is never PENDING. */
  private tellAll(job: Job, status: 'PENDING' | 'RUNNABLE'): void {
    if (status === 'PENDING' && jobHold(job, this.options.jobs) === 'ready' && !isHeld(job.spec)) return;
    for (let index = 0; index < taskCount(job.spec); index++)
      if (taskOf(job, index).status === status) this.options.changed(job, index);
  }

  /** What the job as a whole waited for is done. */
  private open(job: Job): void {
    job.open = true;
    if (isHeld(job.spec)) {
      job.next = taskCount(job.spec);
      for (let index = 0; index < taskCount(job.spec); index++) this.unhold(job, index);
    } else if (job.counts.PENDING > 0) {
      moveAll(job, 'PENDING', 'RUNNABLE');
      if (job.spec.dependsOn.length > 0)
        this.options.journal.note({ kind: 'released', jobId: job.spec.jobId });
      this.tellAll(job, 'RUNNABLE');
    }
  }

  /** Cancels that had to wait for other jobs. Children that still wait for other children are not meant. */
  private endCancelled(job: Job): void {
    for (const task of job.tasks.values())
      if (task.cancelling !== undefined && !isEnded(task.status) && !(isHeld(job.spec) && job.open))
        this.options.refuse(job, task.index, task.cancelling);
  }

  private unhold(job: Job, index: number): void {
    const { status, cancelling } = taskOf(job, index);
    if (status !== 'PENDING') return;
    const hold = childHold(job, index, this.options.jobs);
    if (hold === 'waiting') return;
    if (cancelling !== undefined) this.options.refuse(job, index, cancelling);
    else if (hold === 'failed') this.options.refuse(job, index, dependentFailed);
    else {
      move(job, index, 'RUNNABLE');
      job.again.push(index);
      this.options.changed(job, index);
    }
  }
}
