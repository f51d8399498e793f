import type { Clock } from '../clock.ts';
import type { TwinStack } from '../template/twin-stack.ts';
import { containerSpec, isHostLost, newAttempt } from './attempt.ts';
import { Capacity } from './capacity.ts';
import { markCancelling, markStopping } from './describe/asked-ends.ts';
import { Fleet, type Host, type HostUse } from './fleet.ts';
import { Gate } from './gate.ts';
import { finish, jobEnded, keepTask, move, taskCount, taskOf } from './job.ts';
import { type Journal, rememberedMs } from './journal.ts';
import { Nodes } from './nodes.ts';
import type { BatchPace } from './pace.ts';
import { QueueHeads } from './queue-heads.ts';
import { isRetried } from './retry-decision.ts';
import { RunningAttempts } from './running-attempts.ts';
import { type Attempt, type Exit, isEnded, type Job, type RunContainer } from './types.ts';

export interface SchedulerOptions {
  readonly resources: TwinStack;
  readonly run: RunContainer;
  readonly journal: Journal;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly pace: BatchPace;
  readonly clock: Clock;
  /** The same seed gives hosts the same names; random ones when left out. */
  readonly seed?: number;
  /** Between SIGTERM and SIGKILL, in ms: 30 s on AWS. */
  readonly stopTimeoutMs: number;
  /** Lines of a container's output, for its log stream. */
  readonly log: (group: string, stream: string, lines: readonly string[]) => void;
  /** A job, or a child of it, has come to another status. */
  readonly changed: (job: Job, index: number | undefined) => void;
}

/**
 * Decides what runs when: children are placed on simulated hosts of the queue's pool, and this machine's cores and memory
 * limit how many run at once; one may always run.
 */
export class Scheduler {
  readonly jobs = new Map<string, Job>();
  readonly capacity: Capacity;
  private readonly options: SchedulerOptions;
  private readonly fleet: Fleet;
  private readonly heads: QueueHeads;
  private readonly attempts: RunningAttempts;
  private readonly gate: Gate;
  private readonly nodes: Nodes;
  private readonly active = new Set<Job>();
  /** Tasks that ended, for the children that they held back. */
  private readonly ended: [Job, number][] = [];
  private queued = false;
  private stopped = true;

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.capacity = new Capacity(options.cpus, options.memoryMiB);
    this.fleet = new Fleet(options);
    this.heads = new QueueHeads(options.resources, options.pace, options.clock, (job, index, reason) =>
      this.end(job, index, undefined, 'FAILED', reason),
    );
    this.attempts = new RunningAttempts(options.run, options.pace, options.clock, options.stopTimeoutMs, {
      running: (job, index) => this.runs(job, index),
      draining: host => {
        host.isDraining = true;
      },
      exited: (job, index, host, exit) => this.exited(job, index, host, exit),
    });
    this.nodes = new Nodes({
      jobs: this.jobs,
      fleet: this.fleet,
      note: spec => options.journal.note({ kind: 'submitted', spec }),
      isLive: node => this.attempts.has(node, 0),
      start: (node, host) => this.startTask(node, 0, host),
      stop: node => this.attempts.stop(node, 0),
    });
    this.gate = new Gate({
      ...options,
      jobs: this.jobs,
      refuse: (job, index, reason) => this.endAll(job, index, reason),
      wake: () => this.wake(),
    });
  }

  /** Every host that there was since the twin started. */
  hosts(): readonly HostUse[] {
    return this.fleet.uses();
  }

  add(job: Job): void {
    this.forget();
    this.jobs.set(job.spec.jobId, job);
    // A child node comes and goes with its main node.
    if (!jobEnded(job) && !job.spec.nodeOf) this.active.add(job);
    this.wake();
  }

  /** Lets go of what ended longer ago than Batch remembers. */
  forget(): void {
    const before = this.options.clock.now() - rememberedMs;
    for (const [id, each] of this.jobs) if ((each.stoppedAt ?? before) < before) this.jobs.delete(id);
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
    this.each(job, index, child => {
      if (!this.attempts.has(job, child)) return;
      const task = keepTask(job, child);
      task.stopping ??= reason;
    });
    this.options.journal.write({ kind: 'stopping', jobId: job.spec.jobId, ...indexed(index), reason });
    markStopping(job, index, reason);
    this.endAll(job, index, reason);
  }

  /** Ends what has not started, and what waits for other jobs once they have ended; what runs is left alone. */
  cancel(job: Job, index: number | undefined, reason: string): void {
    this.options.journal.write({ kind: 'cancelling', jobId: job.spec.jobId, ...indexed(index), reason });
    markCancelling(job, index, reason);
    this.each(job, index, child => {
      if (['SUBMITTED', 'RUNNABLE'].includes(taskOf(job, child).status))
        this.end(job, child, undefined, 'FAILED', reason);
    });
    this.wake();
  }

  /** Stops scheduling and kills what runs; the journal then has those attempts as started, and the next twin finds them lost. */
  async close(): Promise<void> {
    this.stopped = true;
    this.heads.close();
    this.gate.close();
    await this.attempts.close();
  }

  /** An attempt ended and another follows. */
  again(job: Job, index: number, attempt: Attempt): void {
    const task = move(job, index, 'RUNNABLE');
    task.attempts = task.attempts.with(-1, attempt);
    job.again.push(index);
    const { jobId } = job.spec;
    this.options.journal.note({ kind: 'ended', jobId, index, attempt, status: 'RUNNABLE', at: job.now() });
    this.options.changed(job, index);
  }

  end(
    job: Job,
    index: number,
    attempt: Attempt | undefined,
    status: 'SUCCEEDED' | 'FAILED',
    statusReason: string,
  ): void {
    const at = job.now();
    const task = move(job, index, status);
    if (attempt) task.attempts = task.attempts.with(-1, attempt);
    task.statusReason = statusReason;
    task.stoppedAt = at;
    const again = job.again.indexOf(index);
    if (again >= 0) job.again.splice(again, 1);
    if (jobEnded(job)) finish(job, at, statusReason);
    const { jobId } = job.spec;
    const attempted = attempt ? { attempt } : {};
    this.options.journal.note({ kind: 'ended', jobId, index, ...attempted, status, statusReason, at });
    this.options.changed(job, index);
    if (job.spec.size !== undefined && jobEnded(job)) this.options.changed(job, undefined);
    this.ended.push([job, index]);
    this.wake();
  }

  /** Ends what has not started, and stops what has. */
  private endAll(job: Job, index: number | undefined, reason: string): void {
    this.each(job, index, child => {
      if (this.attempts.has(job, child)) this.attempts.stop(job, child);
      else this.end(job, child, undefined, 'FAILED', reason);
    });
  }

  private each(job: Job, index: number | undefined, visit: (index: number) => void): void {
    const first = index ?? 0;
    const last = index ?? taskCount(job.spec) - 1;
    for (let child = first; child <= last; child++) if (!isEnded(taskOf(job, child).status)) visit(child);
  }

  private tick(): void {
    for (let next = this.ended.pop(); next; next = this.ended.pop()) this.gate.settle(...next, this.active);
    const blocked = new Set<string>();
    for (const job of this.active) {
      if (jobEnded(job)) this.active.delete(job);
      else if (this.gate.lets(job) && !blocked.has(job.spec.queue) && this.startTasks(job) === 'blocked')
        blocked.add(job.spec.queue);
    }
  }

  private startTasks(job: Job): 'blocked' | 'ok' {
    for (let index = nextIndex(job); index !== undefined; index = nextIndex(job)) {
      if (this.heads.isBlocked(job, index)) return 'blocked';
      if (!this.capacity.hasRoom(job.spec)) return 'ok';
      const host = job.spec.nodes === undefined ? this.fleet.place(job.spec) : this.nodes.place(job.spec);
      if (!host) return 'ok';
      if (job.again[0] === index) job.again.shift();
      else job.next = index + 1;
      this.startTask(job, index, host);
    }
    return 'ok';
  }

  private startTask(job: Job, index: number, host: Host): void {
    const { spec } = job;
    const { resources, journal, log } = this.options;
    const definition = resources.jobDefinitions.find(each => each.arn === spec.definition);
    if (!definition || spec.refusedByEcs !== undefined) {
      this.fleet.leave(host, spec);
      this.nodes.stopOthers(job);
      const why = spec.refusedByEcs ?? `JobDefinition ${spec.definition} is not in the stack`;
      this.end(job, index, undefined, 'FAILED', why);
      return;
    }
    const attempt = newAttempt(definition, host);
    const task = move(job, index, 'STARTING');
    task.attempts = task.attempts.concat([attempt]);
    delete task.statusReason;
    journal.note({ kind: 'started', jobId: spec.jobId, index, attempt });
    this.options.changed(job, index);
    this.capacity.take(spec, 1);
    this.attempts.start(job, index, host, {
      ...containerSpec(job, index, task.attempts.length, definition, host),
      onOutput: lines => log(definition.logGroup, attempt.stream, lines),
    });
  }

  private runs(job: Job, index: number): void {
    const at = job.now();
    const task = move(job, index, 'RUNNING');
    task.attempts = task.attempts.with(-1, { ...task.attempts.at(-1)!, startedAt: at });
    this.options.journal.writeSoon({ kind: 'running', jobId: job.spec.jobId, index, at });
    this.options.changed(job, index);
    this.nodes.startOthers(job);
  }

  private exited(job: Job, index: number, host: Host, exit: Exit): void {
    this.capacity.take(job.spec, -1);
    this.fleet.leave(host, job.spec);
    if (isHostLost(exit.statusReason)) {
      this.fleet.lose(host);
      this.attempts.loseHost(host, exit.statusReason!);
    }
    if (this.stopped) return;
    this.nodes.stopOthers(job);
    const task = taskOf(job, index);
    const statusReason = task.stopping ?? exit.statusReason ?? 'Essential container in task exited';
    const attempt: Attempt = {
      ...task.attempts.at(-1)!,
      stoppedAt: job.now(),
      statusReason,
      ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }),
      ...(exit.reason ? { reason: exit.reason } : {}),
    };
    if (exit.exitCode === 0 && !task.stopping && exit.statusReason === undefined)
      this.end(job, index, attempt, 'SUCCEEDED', statusReason);
    else if (!task.stopping && isRetried(job.spec, attempt, task.attempts.length))
      this.again(job, index, attempt);
    else this.end(job, index, attempt, 'FAILED', statusReason);
    if (job.spec.nodeOf) this.nodes.gone(job);
    this.wake();
  }
}

/** The child that is next to start: another attempt, or the first of the children that never started. */
function nextIndex(job: Job): number | undefined {
  if (job.again.length > 0) return job.again[0];
  const size = taskCount(job.spec);
  while (job.next < size && isEnded(taskOf(job, job.next).status)) job.next++;
  return job.next < size ? job.next : undefined;
}

const indexed = (index: number | undefined): { index?: number } => (index === undefined ? {} : { index });
