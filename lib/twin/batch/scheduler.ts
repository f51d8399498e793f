import { randomUUID } from 'node:crypto';
import { instanceType, usableMemoryMiB } from '../../spec/instance-types.ts';
import type { TwinResources } from '../template/read-template.ts';
import { childId, jobEnded, jobStatus, move, release, taskCount, taskOf } from './job.ts';
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

/** Decides what runs when, within the machine's cores and memory; one job may always run. */
export class Scheduler {
  readonly jobs = new Map<string, Job>();
  /** Consumable resources: total and in use. */
  readonly consumables = new Map<string, { total: number; used: number }>();
  private readonly options: SchedulerOptions;
  private readonly running = new Map<string, Running>();
  private readonly active = new Set<Job>();
  private usedCpus = 0;
  private usedMemory = 0;
  private queued = false;
  private stopped = true;

  constructor(options: SchedulerOptions) {
    this.options = options;
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

  /** Ends a job, or one child of it; a running attempt gets SIGTERM and then SIGKILL. */
  terminate(job: Job, index: number | undefined, reason: string): void {
    const indexes =
      index === undefined ? Array.from({ length: taskCount(job.spec) }, (_, each) => each) : [index];
    for (const each of indexes) {
      const running = this.running.get(childId(job, each));
      if (running) this.stop(running, reason);
      else if (!isEnded(taskOf(job, each).status)) this.end(job, each, undefined, 'FAILED', reason);
    }
    this.wake();
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

  private tick(): void {
    for (const job of this.active) {
      if (jobEnded(job)) {
        this.active.delete(job);
        continue;
      }
      const ready = this.dependencies(job);
      if (ready === 'failed') {
        this.terminate(job, undefined, 'Dependent Job failed');
        continue;
      }
      if (ready === 'waiting') continue;
      if (job.counts.PENDING > 0) {
        release(job);
        this.options.journal.write({ kind: 'released', jobId: job.spec.jobId });
      }
      if (!this.fitsPool(job)) {
        job.statusReason =
          'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.';
        continue;
      }
      this.startTasks(job);
    }
  }

  private startTasks(job: Job): void {
    while (this.hasRoom(job)) {
      const index = this.nextIndex(job);
      if (index === undefined) return;
      this.startTask(job, index);
    }
  }

  private nextIndex(job: Job): number | undefined {
    const size = taskCount(job.spec);
    const again = job.again.findIndex(index => this.mayStart(job, index));
    if (again >= 0) return job.again.splice(again, 1)[0];
    while (job.next < size && isEnded(taskOf(job, job.next).status)) job.next++;
    if (job.next < size && this.mayStart(job, job.next)) return job.next++;
    // With N_TO_N a later child may be ready before an earlier one.
    if (!job.spec.dependsOn.some(each => each.type === 'N_TO_N')) return undefined;
    for (let index = job.next + 1; index < size; index++) {
      if (taskOf(job, index).status === 'RUNNABLE' && !job.tasks.has(index) && this.mayStart(job, index))
        return index;
    }
    return undefined;
  }

  /** SEQUENTIAL and N_TO_N, which hold back single children. */
  private mayStart(job: Job, index: number): boolean {
    if (taskOf(job, index).status !== 'RUNNABLE') return false;
    return job.spec.dependsOn.every(({ jobId, type }) => {
      if (type === 'SEQUENTIAL' && jobId === undefined)
        return index === 0 || isEnded(taskOf(job, index - 1).status);
      if (type !== 'N_TO_N' || !jobId) return true;
      const other = this.jobs.get(jobId);
      if (!other) return true;
      const { status } = taskOf(other, index);
      if (status === 'FAILED') this.end(job, index, undefined, 'FAILED', 'Dependent Job failed');
      return status === 'SUCCEEDED';
    });
  }

  private dependencies(job: Job): 'ready' | 'waiting' | 'failed' {
    let waiting = false;
    for (const { jobId, type } of job.spec.dependsOn) {
      const other = jobId ? this.jobs.get(jobId) : undefined;
      if (!other || type === 'N_TO_N') continue;
      const status = jobStatus(other);
      if (status === 'FAILED') return 'failed';
      waiting ||= status !== 'SUCCEEDED';
    }
    return waiting ? 'waiting' : 'ready';
  }

  private fitsPool(job: Job): boolean {
    const { queues, computeEnvironments } = this.options.resources;
    const environments = queues.find(queue => queue.name === job.spec.queue)?.computeEnvironments ?? [];
    const types = computeEnvironments
      .filter(each => environments.includes(each.arn))
      .flatMap(each => each.instanceTypes);
    const known = types.flatMap(name => instanceType(name) ?? []);
    if (known.length < types.length || known.length === 0) return true;
    return known.some(type => type.vcpus >= job.spec.vcpus && usableMemoryMiB(type) >= job.spec.memoryMiB);
  }

  private hasRoom(job: Job): boolean {
    const { vcpus, memoryMiB, consumables } = job.spec;
    for (const { name, quantity } of consumables) {
      const resource = this.consumables.get(name);
      if (!resource || resource.used + quantity > resource.total) return false;
    }
    if (this.running.size === 0) return true;
    return (
      this.usedCpus + vcpus <= this.options.cpus && this.usedMemory + memoryMiB <= this.options.memoryMiB
    );
  }

  private startTask(job: Job, index: number): void {
    const { spec } = job;
    const definition = this.options.resources.jobDefinitions.find(each => each.arn === spec.definition)!;
    const task = move(job, index, 'RUNNING');
    const attempt: Attempt = {
      stream: `${definition.streamPrefix}/default/${randomUUID().replaceAll('-', '')}`,
      startedAt: Date.now(),
    };
    task.attempts = [...task.attempts, attempt];
    delete task.statusReason;
    this.options.journal.write({ kind: 'started', jobId: spec.jobId, index, attempt });
    this.take(job, 1);
    const id = childId(job, index);
    const container = this.options.run({
      jobId: id,
      attempt: task.attempts.length,
      jobName: spec.jobName,
      definition,
      command: spec.command,
      environment: {
        ...definition.environment,
        ...spec.environment,
        AWS_BATCH_JOB_ID: id,
        AWS_BATCH_JOB_ATTEMPT: String(task.attempts.length),
        AWS_BATCH_JQ_NAME: spec.queue,
        AWS_BATCH_CE_NAME: spec.queue,
        ...(spec.size === undefined
          ? {}
          : { AWS_BATCH_JOB_ARRAY_INDEX: String(index), AWS_BATCH_JOB_ARRAY_SIZE: String(spec.size) }),
      },
      onOutput: line => this.options.log(definition.logGroup, attempt.stream, line),
    });
    const running: Running = { job, index, container, timers: [] };
    this.running.set(id, running);
    if (spec.timeoutSeconds !== undefined) {
      running.timers.push(
        setTimeout(
          () => this.stop(running, 'Job attempt duration exceeded timeout'),
          spec.timeoutSeconds * 1000,
        ).unref(),
      );
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
    this.take(job, -1);
    if (this.stopped) return;
    const task = taskOf(job, index);
    const attempt: Attempt = {
      ...task.attempts.at(-1)!,
      stoppedAt: Date.now(),
      statusReason: task.stopping ?? exit.statusReason ?? 'Essential container in task exited',
      ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }),
      ...(exit.reason ? { reason: exit.reason } : {}),
    };
    if (exit.exitCode === 0 && !task.stopping)
      this.end(job, index, attempt, 'SUCCEEDED', attempt.statusReason!);
    else if (!task.stopping && isRetried(job.spec, attempt, task.attempts.length))
      this.again(job, index, attempt);
    else this.end(job, index, attempt, 'FAILED', attempt.statusReason!);
    this.wake();
  }

  /** An attempt ended and another follows. */
  again(job: Job, index: number, attempt: Attempt): void {
    const task = move(job, index, 'RUNNABLE');
    task.attempts = [...task.attempts.slice(0, -1), attempt];
    job.again.push(index);
    this.options.journal.write({
      kind: 'ended',
      jobId: job.spec.jobId,
      index,
      attempt,
      status: 'RUNNABLE',
      at: Date.now(),
    });
  }

  end(
    job: Job,
    index: number,
    attempt: Attempt | undefined,
    status: 'SUCCEEDED' | 'FAILED',
    statusReason: string,
  ): void {
    const task = move(job, index, status);
    if (attempt) task.attempts = [...task.attempts.slice(0, -1), attempt];
    task.statusReason = statusReason;
    task.stoppedAt = Date.now();
    const again = job.again.indexOf(index);
    if (again >= 0) job.again.splice(again, 1);
    if (jobEnded(job)) job.stoppedAt = task.stoppedAt;
    this.options.journal.write({
      kind: 'ended',
      jobId: job.spec.jobId,
      index,
      ...(attempt ? { attempt } : {}),
      status,
      statusReason,
      at: task.stoppedAt,
    });
  }

  private take(job: Job, sign: 1 | -1): void {
    this.usedCpus += sign * job.spec.vcpus;
    this.usedMemory += sign * job.spec.memoryMiB;
    for (const { name, quantity } of job.spec.consumables) {
      const resource = this.consumables.get(name);
      if (resource) resource.used += sign * quantity;
    }
  }
}
