import type { JobDetail, Store } from '../../lib/contract/ports/ports.ts';
import { resultKey } from '../../lib/contract/run/keys.ts';
import type { AttemptRecord } from '../../lib/contract/run/records.ts';
import type { SimulatedBatch } from '../runs/simulated-batch.ts';
import { run } from './open-lab.ts';

/** Of an attempt at a shard of the first round: the job’s function failed. */
export const record = (shard: number, more: Partial<AttemptRecord>): AttemptRecord => ({
  version: 2,
  runId: run.runId,
  step: 'run',
  round: 0,
  shard,
  jobId: 'job-0:1',
  attempt: 1,
  startedAt: '',
  endedAt: '',
  exitCode: 64,
  host: { instanceId: 'i-0abc', instanceType: 'm7i.large', hostname: 'h' },
  ...more,
});
export const putRecord = (store: Store, given: AttemptRecord) =>
  store.put(resultKey(run, given), JSON.stringify(given));

/** Batch says of the array of a round, and of its children, what they have come to. */
export function say(batch: SimulatedBatch, ...children: readonly Partial<JobDetail>[]): void {
  const whole = children.map(
    (child, arrayIndex): JobDetail => ({
      ...{
        jobId: `job-0:${arrayIndex}`,
        jobName: 'x',
        status: 'RUNNING',
        createdAt: 0,
        attempts: [],
        arrayIndex,
      },
      ...child,
    }),
  );
  const statusSummary: Record<string, number> = {};
  for (const { status } of whole) statusSummary[status] = (statusSummary[status] ?? 0) + 1;
  const parent: JobDetail = {
    ...{ jobId: 'job-0', jobName: 'x', status: 'PENDING', createdAt: 0, attempts: [] },
    ...{ arraySize: whole.length, statusSummary },
  };
  batch.describe = async ids => [parent, ...whole].filter(each => ids.includes(each.jobId));
  batch.children = async function* (_, status) {
    yield* whole.filter(each => each.status === status);
  };
}
