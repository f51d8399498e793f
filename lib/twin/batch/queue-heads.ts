import type { Clock } from '../clock.ts';
import type { TwinStack } from '../template/twin-stack.ts';
import { type Misfit, misfitOf } from './fleet.ts';
import { keepTask } from './job.ts';
import type { BatchPace } from './pace.ts';
import type { Job } from './types.ts';

interface Head {
  readonly job: Job;
  readonly index: number;
  readonly callOff?: () => void;
}

/**
 * The children that stand at the head of their queue and can never run. Each blocks what is behind it, says why in its
 * statusReason, and ends when its queue has a job-state time limit for that reason: one child after another.
 * Source: Batch user guide, job_stuck_in_runnable.
 */
export class QueueHeads {
  private readonly heads = new Map<string, Head>();
  private readonly resources: TwinStack;
  private readonly pace: BatchPace;
  private readonly clock: Clock;
  private readonly cancel: (job: Job, index: number, reason: string) => void;

  constructor(
    resources: TwinStack,
    pace: BatchPace,
    clock: Clock,
    cancel: (job: Job, index: number, reason: string) => void,
  ) {
    this.resources = resources;
    this.pace = pace;
    this.clock = clock;
    this.cancel = cancel;
  }

  /** Whether this child, the next of its queue, can never run. */
  isBlocked(job: Job, index: number): boolean {
    const { queue } = job.spec;
    const head = this.heads.get(queue);
    if (head?.job === job && head.index === index) return true;
    head?.callOff?.();
    this.heads.delete(queue);
    const misfit = misfitOf(job.spec, this.resources);
    if (!misfit) return false;
    keepTask(job, index).statusReason = misfit.statusReason;
    this.heads.set(queue, { job, index, ...this.limit(job, index, misfit) });
    return true;
  }

  close(): void {
    for (const { callOff } of this.heads.values()) callOff?.();
  }

  private limit(job: Job, index: number, { code }: Misfit): { callOff?: () => void } {
    const queue = this.resources.queues.find(each => each.name === job.spec.queue);
    const action = queue?.timeLimits?.find(each => each.reason === code);
    if (!action) return {};
    const reason = `Canceled by JobStateTimeLimit action due to reason: ${code}`;
    const ms = action.maxTimeSeconds * this.pace.secondMs;
    return { callOff: this.clock.after(ms, () => this.cancel(job, index, reason)) };
  }
}
