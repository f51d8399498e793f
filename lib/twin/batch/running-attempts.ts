import type { Clock } from '../clock.ts';
import { startContainer } from './attempt.ts';
import type { Host } from './fleet.ts';
import { childId } from './job.ts';
import type { BatchPace } from './pace.ts';
import type { ContainerSpec, Exit, Job, RunContainer, RunningContainer } from './types.ts';

export interface AttemptEvents {
  /** The container runs. */
  running(job: Job, index: number): void;
  /** The host takes nothing more. */
  draining(host: Host): void;
  /** The attempt has ended, and nothing of it runs any more. */
  exited(job: Job, index: number, host: Host, exit: Exit): void;
}

interface Live {
  readonly job: Job;
  readonly index: number;
  readonly host: Host;
  container?: RunningContainer;
  /** Call off what would happen later. */
  later: (() => void)[];
  stopping?: true;
  runs?: true;
}

/** What is STARTING or RUNNING: its container, its timeout, and its end by SIGTERM and then SIGKILL. */
export class RunningAttempts {
  private readonly live = new Map<string, Live>();
  private readonly run: RunContainer;
  private readonly pace: BatchPace;
  private readonly clock: Clock;
  private readonly stopTimeoutMs: number;
  private readonly events: AttemptEvents;

  constructor(
    run: RunContainer,
    pace: BatchPace,
    clock: Clock,
    stopTimeoutMs: number,
    events: AttemptEvents,
  ) {
    this.run = run;
    this.pace = pace;
    this.clock = clock;
    this.stopTimeoutMs = stopTimeoutMs;
    this.events = events;
  }

  has(job: Job, index: number): boolean {
    return this.live.has(childId(job, index));
  }

  start(job: Job, index: number, host: Host, spec: ContainerSpec): void {
    const live: Live = { job, index, host, later: [] };
    this.live.set(spec.jobId, live);
    const ms = Math.max(0, host.bootedAt - this.clock.now()) + this.pace.startingMs;
    if (ms === 0) this.launch(live, spec);
    else live.later.push(this.clock.after(ms, () => this.launch(live, spec)));
  }

  /** A host has gone: what has no container on it yet will have none. What ran there has told of it. */
  loseHost(host: Host, statusReason: string): void {
    for (const live of [...this.live.values()])
      if (live.host === host && !live.container) this.exit(live, { statusReason });
  }

  /** SIGTERM, and SIGKILL when that does not end it; one that has no container yet ends at once. */
  stop(job: Job, index: number): void {
    const live = this.live.get(childId(job, index));
    if (!live || live.stopping) return;
    live.stopping = true;
    const { container } = live;
    if (container) {
      container.signal('SIGTERM');
      live.later.push(this.clock.after(this.stopTimeoutMs, () => container.signal('SIGKILL')));
    } else this.exit(live, {});
  }

  /** Kills everything. */
  async close(): Promise<void> {
    const all = [...this.live.values()];
    for (const { container, later } of all) {
      for (const callOff of later) callOff();
      container?.signal('SIGKILL');
    }
    await Promise.all(all.map(each => each.container?.exited));
  }

  private launch(live: Live, spec: ContainerSpec): void {
    const container = startContainer(this.run, spec);
    live.container = container;
    void container.started?.then(() => this.runs(live));
    void container.draining?.then(() => this.events.draining(live.host));
    void container.exited.then(exit => {
      // It was too quick to be seen running, but it ran.
      if (exit.exitCode !== undefined) this.runs(live);
      this.exit(live, exit);
    });
  }

  private runs(live: Live): void {
    const { job, index } = live;
    if (live.runs || this.live.get(childId(job, index)) !== live) return;
    live.runs = true;
    const seconds = job.spec.timeoutSeconds;
    // A timeout counts from the attempt's startedAt (JobTimeout.attemptDurationSeconds).
    if (seconds !== undefined)
      live.later.push(this.clock.after(seconds * this.pace.secondMs, () => this.timedOut(live)));
    this.events.running(job, index);
  }

  private timedOut({ job, index }: Live): void {
    const task = job.tasks.get(index);
    if (task && task.stopping === undefined) task.stopping = 'Job attempt duration exceeded timeout';
    this.stop(job, index);
  }

  private exit(live: Live, exit: Exit): void {
    const { job, index, host, later } = live;
    for (const callOff of later) callOff();
    if (this.live.get(childId(job, index)) !== live) return;
    this.live.delete(childId(job, index));
    this.events.exited(job, index, host, exit);
  }
}
