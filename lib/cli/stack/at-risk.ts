import type { LiveJob } from '../../contract/ports/stack.ts';
import type { DeployedTemplate } from './deployed-template.ts';
import { environmentsOf, type Touched } from './touched.ts';

/** A job that a deploy would end before its time. */
export interface AtRisk {
  readonly queueId: string;
  readonly job: LiveJob;
  /** When its timeout ends it at the latest, in ms since 1970; Infinity without one. */
  readonly endsAt: number;
  readonly touched: Touched;
}

/**
 * Jobs that run longer than Batch lets them when their hosts are replaced. Jobs that wait run on the new hosts, but not
 * where their queue's environment is taken away. `jobs`: the live ones by the logical id of their queue.
 */
export function atRisk(
  jobs: ReadonlyMap<string, readonly LiveJob[]>,
  touched: readonly Touched[],
  before: DeployedTemplate,
  now: number,
): readonly AtRisk[] {
  return [...jobs].flatMap(([queueId, live]) => {
    const environments = environmentsOf(before, queueId);
    // Where a queue has several, any of them may have the job: the harshest counts.
    const [worst] = touched
      .filter(each => environments.has(each.environment))
      .sort((a, b) => a.graceMinutes - b.graceMinutes);
    if (!worst) return [];
    return live.flatMap((job): AtRisk[] => {
      const endsAt = latestEnd(job, now);
      const isSafe =
        worst.how === 'updated' &&
        (job.latestStart === undefined || endsAt <= now + worst.graceMinutes * 60_000);
      return isSafe ? [] : [{ queueId, job, endsAt, touched: worst }];
    });
  });
}

function latestEnd(job: LiveJob, now: number): number {
  if (job.timeoutSeconds === undefined) return Number.POSITIVE_INFINITY;
  return (job.latestStart ?? now) + job.timeoutSeconds * 1000;
}
