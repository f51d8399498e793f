import type { JobStatus } from '../../contract/ports/ports.ts';
import type { LiveJob, QueueState, Queues } from '../../contract/ports/stack.ts';
import { type Stream, table } from '../output/output.ts';

/** A queue and what of it has not ended. */
export interface Running {
  readonly queue: QueueState;
  readonly jobs: readonly LiveJob[];
}

export async function readRunning(
  queues: Queues,
  names: readonly string[],
  withTimes = false,
): Promise<readonly Running[]> {
  const found = await queues.describe(names);
  return Promise.all(
    found.map(async queue => ({ queue, jobs: await queues.liveJobs(queue.arn, withTimes) })),
  );
}

/** Children and plain jobs by state, of all queues. */
export function countByState(running: readonly Running[]): ReadonlyMap<JobStatus, number> {
  const counts = new Map<JobStatus, number>();
  for (const { jobs } of running)
    for (const job of jobs)
      for (const [status, count] of Object.entries(job.counts) as [JobStatus, number][])
        counts.set(status, (counts.get(status) ?? 0) + count);
  return counts;
}

export const countJobs = (running: readonly Running[]): number =>
  [...countByState(running).values()].reduce((sum, count) => sum + count, 0);

/** `12 running, 3 starting, 40 runnable`. */
export function stateText(counts: ReadonlyMap<JobStatus, number>): string {
  const order: readonly JobStatus[] = ['RUNNING', 'STARTING', 'RUNNABLE', 'PENDING', 'SUBMITTED'];
  return order
    .flatMap(status => (counts.get(status) ? [`${counts.get(status)} ${status.toLowerCase()}`] : []))
    .join(', ');
}

/** What runs, by queue and by run: jobs of the lab by their run, others by their own name. */
export const runningRows = (
  running: readonly Running[],
): readonly { readonly queue: string; readonly name: string; readonly jobs: Record<string, number> }[] =>
  running.flatMap(each =>
    byRun(each).map(([name, counts]) => ({ queue: each.queue.name, name, jobs: Object.fromEntries(counts) })),
  );

export function runningTable(stream: Stream, running: readonly Running[]): string {
  const rows = runningRows(running).map(({ queue, name, jobs }) => [
    queue,
    name,
    stateText(new Map(Object.entries(jobs) as [JobStatus, number][])),
  ]);
  return rows.length === 0 ? '' : table(stream, ['queue', 'run or job', 'jobs'], rows);
}

function byRun({ queue, jobs }: Running): readonly (readonly [string, ReadonlyMap<JobStatus, number>])[] {
  const groups = new Map<string, LiveJob[]>();
  for (const job of jobs) {
    const name = runOf(job.jobName) ?? job.jobName;
    groups.set(name, [...(groups.get(name) ?? []), job]);
  }
  return [...groups].map(([name, group]) => [name, countByState([{ queue, jobs: group }])]);
}

/** `rapidtide 20261121t001500z-3f9a2c` of a job that `lab submit` named. */
export function runOf(jobName: string): string | undefined {
  const found = /^(.+)-(\d{8}t\d{6}z-[0-9a-f]{6})-/.exec(jobName);
  return found ? `${found[1]} ${found[2]}` : undefined;
}
