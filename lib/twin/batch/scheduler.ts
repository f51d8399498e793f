import type { TwinResources } from '../template/read-template.ts';
import { containerSpec, newAttempt, startContainer } from './attempt.ts';
import { Capacity } from './capacity.ts';
import { childHold, fitsPool, jobHold, misfit } from './holds.ts';
import {
  childId,
  dependentFailed,
  finish,
  isHeld,
  jobEnded,
  move,
  release,
  taskCount,
  taskOf,
} from './job.ts';
import type { Journal } from './journal.ts';
import { isRetried } from './retry-decision.ts';
import { type Attempt, isEnded, type Job, type RunContainer, type RunningContainer } from './types.ts';

export interface SchedulerOptions {
  readonly resources: TwinResources;
  readonly run: RunContainer;
  readonly journal: Journal;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Between SIGTERM and SIGKILL, in ms: 30 s on AWS. */
  readonly stopTimeoutMs: number;
  /** A line of a container's output, for its log stream. */
  readonly log: (group: string, stream: string, line: string) => void;
}

interface Running {
  readonly job: Job;
  readonly index: number;
  readonly container: RunningContainer;
  readonly timers: NodeJS.Timeout[];
}

/** The longest that a timer takes; more would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Decides what runs when, within the machine's cores and memory; one job may always run. */
export class Scheduler {
  readonly jobs = new Map<string, Job>();
  readonly capacity: Capacity;
  private readonly options: SchedulerOptions;
  private readonly running = new Map<string, Running>();
  private readonly active = new Set<Job>();
  /** Tasks that ended, for the children that they held back. */
  private readonly ended: [Job, number][] = [];
  private queued = false;
  private stopped = true;

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.capacity = new Capacity(options.cpus, options.memoryMiB);
  }

  add(job: Job): void {
    this.jobs.set(job.spec.jobId, job);
    if (!jobEnded(job)) this.active.add(job);
    this.wake();
  }

  start(): void {
    this.stopped = false;
    this.wake();
  }

  /** Looks for work soon; many calls are one look. */
  wake(): void {
    if (this.queued || this.stopped) return;
    this.queued = true;
    setImmediate(() => {
      this.queued = false;
      if (!this.stopped) this.tick();
    });
  }

  /** Ends a job, or one child of it; a running attempt gets SIGTERM and then SIGKILL, and is not tried again. */
  terminate(job: Job, index: number | undefined, reason: string): void {
    if (index === undefined && !jobEnded(job)) this.markStopped(job, reason);
    this.each(job, index, (child, running) => {
      if (running) this.stop(running, reason);
      else this.end(job, child, undefined, 'FAILED', reason);
    });
  }

  /** Ends what has not started; what runs is left alone, as Batch leaves it. */
  cancel(job: Job, index: number | undefined, reason: string): void {
    if (index === undefined && job.counts.RUNNING === 0 && !jobEnded(job)) this.markStopped(job, reason);
    this.each(job, index, (child, running) => {
      if (!running) this.end(job, child, undefined, 'FAILED', reason);
    });
  }

  /** Stops scheduling and kills what runs; the journal then has those attempts as started, and the next twin finds them lost. */
  async close(): Promise<void> {
    this.stopped = true;
    for (const { container, timers } of this.running.values()) {
      for (const timer of timers) clearTimeout(timer);
      container.signal('SIGKILL');
    }
    await Promise.all([...this.running.values()].map(each => each.container.exited));
  }

  /** An attempt ended and another follows. */
  again(job: Job, index: number, attempt: Attempt): void {
    const task = move(job, index, 'RUNNABLE');
    task.attempts = [...task.attempts.slice(0, -1), attempt];
    job.again.push(index);
    const { jobId } = job.spec;
    this.options.journal.write({ kind: 'ended', jobId, index, attempt, status: 'RUNNABLE', at: Date.now() });
  }

  end(
    job: Job,
    index: number,
    attempt: Attempt | undefined,
    status: 'SUCCEEDED' | 'FAILED',
    statusReason: string,
  ): void {
    const at = Date.now();
    const task = move(job, index, status);
    if (attempt) task.attempts = [...task.attempts.slice(0, -1), attempt];
    task.statusReason = statusReason;
    task.stoppedAt = at;
    const again = job.again.indexOf(index);
    if (again >= 0) job.again.splice(again, 1);
    if (jobEnded(job)) finish(job, at, statusReason);
    const { jobId } = job.spec;
    const attempted = attempt ? { attempt } : {};
    this.options.journal.write({ kind: 'ended', jobId, index, ...attempted, status, statusReason, at });
    this.ended.push([job, index]);
    this.wake();
  }

  private each(
    job: Job,
    index: number | undefined,
    visit: (index: number, running: Running | undefined) => void,
  ): void {
    const first = index ?? 0;
    const last = index ?? taskCount(job.spec) - 1;
    for (let child = first; child <= last; child++) {
      if (!isEnded(taskOf(job, child).status)) visit(child, this.running.get(childId(job, child)));
    }
  }

  private markStopped(job: Job, reason: string): void {
    job.stopReason = reason;
    this.options.journal.write({ kind: 'stopping', jobId: job.spec.jobId, reason });
  }

  private tick(): void {
    for (let next = this.ended.pop(); next; next = this.ended.pop()) this.settle(...next);
    for (const job of this.active) {
      if (jobEnded(job)) {
        this.active.delete(job);
        continue;
      }
      const hold = job.open ? 'ready' : jobHold(job, this.jobs);
      if (hold === 'failed') this.terminate(job, undefined, dependentFailed);
      if (hold !== 'ready') continue;
      if (!job.open) this.open(job);
      if (!fitsPool(job.spec, this.options.resources)) {
        job.statusReason = misfit;
        continue;
      }
      this.startTasks(job);
    }
  }

  /** What the job as a whole waited for is done. */
  private open(job: Job): void {
    job.open = true;
    if (isHeld(job.spec)) {
      job.next = taskCount(job.spec);
      for (let index = 0; index < taskCount(job.spec); index++) this.unhold(job, index);
    } else if (job.counts.PENDING > 0) {
      release(job);
      this.options.journal.write({ kind: 'released', jobId: job.spec.jobId });
    }
  }

  /** Looks at the children that waited for one that has ended. */
  private settle(job: Job, index: number): void {
    for (const other of this.active) {
      if (!other.open || !isHeld(other.spec)) continue;
      if (other === job && index + 1 < taskCount(job.spec)) this.unhold(job, index + 1);
      if (other.spec.dependsOn.some(each => each.jobId === job.spec.jobId)) this.unhold(other, index);
    }
  }

  private unhold(job: Job, index: number): void {
    if (taskOf(job, index).status !== 'PENDING') return;
    const hold = childHold(job, index, this.jobs);
    if (hold === 'failed') this.end(job, index, undefined, 'FAILED', dependentFailed);
    if (hold !== 'ready') return;
    move(job, index, 'RUNNABLE');
    job.again.push(index);
  }

  private startTasks(job: Job): void {
    while (this.capacity.hasRoom(job.spec)) {
      const index = this.nextIndex(job);
      if (index === undefined) return;
      this.startTask(job, index);
    }
  }

  private nextIndex(job: Job): number | undefined {
    const again = job.again.shift();
    if (again !== undefined) return again;
    const size = taskCount(job.spec);
    while (job.next < size && isEnded(taskOf(job, job.next).status)) job.next++;
    return job.next < size ? job.next++ : undefined;
  }

  private startTask(job: Job, index: number): void {
    const { spec } = job;
    const { resources, journal, log } = this.options;
    const definition = resources.jobDefinitions.find(each => each.arn === spec.definition);
    if (!definition) {
      this.end(job, index, undefined, 'FAILED', `JobDefinition ${spec.definition} is not in the stack`);
      return;
    }
    const attempt = newAttempt(definition);
    const task = move(job, index, 'RUNNING');
    task.attempts = [...task.attempts, attempt];
    delete task.statusReason;
    journal.write({ kind: 'started', jobId: spec.jobId, index, attempt });
    this.capacity.take(spec, 1);
    const container = startContainer(this.options.run, {
      ...containerSpec(job, index, task.attempts.length, definition, resources),
      onOutput: line => log(definition.logGroup, attempt.stream, line),
    });
    const running: Running = { job, index, container, timers: [] };
    this.running.set(childId(job, index), running);
    if (spec.timeoutSeconds !== undefined) {
      const stop = (): void => this.stop(running, 'Job attempt duration exceeded timeout');
      const ms = Math.min(spec.timeoutSeconds * 1000, longestTimerMs);
      running.timers.push(setTimeout(stop, ms).unref());
    }
    void container.exited.then(exit => this.exited(running, exit));
  }

  private stop(running: Running, reason: string): void {
    const task = taskOf(running.job, running.index);
    if (task.stopping) return;
    task.stopping = reason;
    running.container.signal('SIGTERM');
    running.timers.push(
      setTimeout(() => running.container.signal('SIGKILL'), this.options.stopTimeoutMs).unref(),
    );
  }

  private exited(
    { job, index, timers }: Running,
    exit: { exitCode?: number; reason?: string; statusReason?: string },
  ): void {
    for (const timer of timers) clearTimeout(timer);
    this.running.delete(childId(job, index));
    this.capacity.take(job.spec, -1);
    if (this.stopped) return;
    const task = taskOf(job, index);
    const statusReason = task.stopping ?? exit.statusReason ?? 'Essential container in task exited';
    const attempt: Attempt = {
      ...task.attempts.at(-1)!,
      stoppedAt: Date.now(),
      statusReason,
      ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }),
      ...(exit.reason ? { reason: exit.reason } : {}),
    };
    if (exit.exitCode === 0 && !task.stopping) this.end(job, index, attempt, 'SUCCEEDED', statusReason);
    else if (!task.stopping && isRetried(job.spec, attempt, task.attempts.length))
      this.again(job, index, attempt);
    else this.end(job, index, attempt, 'FAILED', statusReason);
    this.wake();
  }
}
