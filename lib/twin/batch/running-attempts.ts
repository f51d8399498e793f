import { startContainer } from './attempt.ts';
import type { Host } from './fleet.ts';
import { childId } from './job.ts';
import type { Pace } from './pace.ts';
import type { ContainerSpec, Exit, Job, RunContainer, RunningContainer } from './types.ts';

export interface AttemptEvents {
  /** The container runs. */
  running(job: Job, index: number): void;
  /** The attempt has ended, and nothing of it runs any more. */
  exited(job: Job, index: number, host: Host, exit: Exit): void;
}

interface Live {
  readonly job: Job;
  readonly index: number;
  readonly host: Host;
  container?: RunningContainer;
  timers: NodeJS.Timeout[];
  stopping?: true;
  runs?: true;
}

/** The longest that a timer takes; more would fire at once. */
const longestTimerMs = 2 ** 31 - 1;
const after = (ms: number, act: () => void): NodeJS.Timeout =>
  setTimeout(act, Math.min(ms, longestTimerMs)).unref();

/** What is STARTING or RUNNING: its container, its timeout, and its end by SIGTERM and then SIGKILL. */
export class RunningAttempts {
  private readonly live = new Map<string, Live>();
  private readonly run: RunContainer;
  private readonly pace: Pace;
  private readonly stopTimeoutMs: number;
  private readonly events: AttemptEvents;

  constructor(run: RunContainer, pace: Pace, stopTimeoutMs: number, events: AttemptEvents) {
    this.run = run;
    this.pace = pace;
    this.stopTimeoutMs = stopTimeoutMs;
    this.events = events;
  }

  has(job: Job, index: number): boolean {
    return this.live.has(childId(job, index));
  }

  start(job: Job, index: number, host: Host, spec: ContainerSpec): void {
    const live: Live = { job, index, host, timers: [] };
    this.live.set(spec.jobId, live);
    if (this.pace.startingMs === 0) this.launch(live, spec);
    else live.timers.push(after(this.pace.startingMs, () => this.launch(live, spec)));
  }

  /** SIGTERM, and SIGKILL when that does not end it; one that has no container yet ends at once. */
  stop(job: Job, index: number): void {
    const live = this.live.get(childId(job, index));
    if (!live || live.stopping) return;
    live.stopping = true;
    const { container } = live;
    if (container) {
      container.signal('SIGTERM');
      live.timers.push(after(this.stopTimeoutMs, () => container.signal('SIGKILL')));
    } else this.exit(live, {});
  }

  /** Kills everything. */
  async close(): Promise<void> {
    const all = [...this.live.values()];
    for (const { container, timers } of all) {
      for (const timer of timers) clearTimeout(timer);
      container?.signal('SIGKILL');
    }
    await Promise.all(all.map(each => each.container?.exited));
  }

  private launch(live: Live, spec: ContainerSpec): void {
    const container = startContainer(this.run, spec);
    live.container = container;
    void container.started?.then(() => this.runs(live));
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
      live.timers.push(after(seconds * this.pace.secondMs, () => this.timedOut(live)));
    this.events.running(job, index);
  }

  private timedOut({ job, index }: Live): void {
    const task = job.tasks.get(index);
    if (task && task.stopping === undefined) task.stopping = 'Job attempt duration exceeded timeout';
    this.stop(job, index);
  }

  private exit(live: Live, exit: Exit): void {
    const { job, index, host, timers } = live;
    for (const timer of timers) clearTimeout(timer);
    if (this.live.get(childId(job, index)) !== live) return;
    this.live.delete(childId(job, index));
    this.events.exited(job, index, host, exit);
  }
}
