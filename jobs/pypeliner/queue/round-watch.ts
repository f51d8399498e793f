import { type BatchPort, isTerminal, type JobDetail, type Store } from '../../../lib/contract/ports/ports.ts';
import { donePrefix, type RunRef, resultsPrefix, shardName } from '../../../lib/contract/run/keys.ts';
import { listMarks } from '../../../lib/contract/run/list-marks.ts';
import { readRecord } from '../../../lib/contract/run/read-stored.ts';
import type { AttemptRecord } from '../../../lib/contract/run/records.ts';
import { exitCodes, explainExitCode } from '../../../lib/contract/workload/exit-codes.ts';
import type { KnownJob } from './known-job.ts';
import { arrayOf } from './known-job.ts';

/** The one step of the workload. */
export const stepName = 'run';

/** What is known of a job that has ended. */
export interface Ended {
  readonly isDone: boolean;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly host?: string;
  readonly jobId?: string;
  readonly logStream?: string;
  /** Keys of what it has stored. */
  readonly outputs?: readonly string[];
}

export interface RoundWatch {
  /** Those of the jobs that have ended. */
  look(jobs: readonly KnownJob[]): Promise<readonly KnownJob[]>;
  ended(job: KnownJob): Ended | undefined;
}

interface Options {
  readonly run: RunRef;
  readonly store: Store;
  readonly batch: BatchPort;
  readonly batchMs: number;
}

/**
 * Learns which jobs have ended: by what they left in S3, two listings a round that has some under way, from the first of
 * them on; and, now and then, by Batch, for those that were killed before they could leave anything. The other way round than
 * a ledger's reader, which asks Batch first: a head looks every few seconds, for days, and Batch's calls are the scarce ones.
 */
export function roundWatch({ run, store, batch, batchMs }: Options): RoundWatch {
  const ends = new Map<string, Ended>();
  /** Records that were read and are not the end: another attempt follows. */
  const passing = new Set<string>();
  let askedAt = performance.now();

  async function lookAtRound(round: number, jobs: readonly KnownJob[]): Promise<void> {
    const byShard = new Map(jobs.map(job => [job.shard, job]));
    const shards = [...byShard.keys()].sort((a, b) => a - b);
    await listMarks(store, donePrefix(run, round, stepName), shards, shard =>
      ends.set(byShard.get(shard)!.id, { isDone: true }),
    );
    const results = resultsPrefix(run, round, stepName);
    const found: { readonly job: KnownJob; readonly key: string }[] = [];
    const open = shards.filter(shard => !ends.has(byShard.get(shard)!.id));
    await listMarks(store, results, open, (shard, rest) =>
      found.push({ job: byShard.get(shard)!, key: `${results}${shardName(shard)}${rest}` }),
    );
    for (const { job, key } of found) {
      if (ends.has(job.id) || passing.has(key)) continue;
      const body = await store.get(key);
      if (!body) continue;
      const end = endOf(readRecord(body));
      // Batch tries again what was interrupted, or says that it does not.
      if (end.exitCode === exitCodes.interrupted) passing.add(key);
      else if (end.isDone) continue;
      else ends.set(job.id, end);
    }
  }

  /** Jobs that Batch says have FAILED, whatever they left. */
  async function askBatch(jobs: readonly KnownJob[]): Promise<void> {
    const arrays = new Map<string, { readonly size: number; readonly jobs: Map<number, KnownJob> }>();
    for (const job of jobs) {
      const array = arrayOf(job.round, job.shard);
      if (!array) {
        ends.set(job.id, { isDone: false, reason: 'it was never submitted' });
        continue;
      }
      const entry = arrays.get(array.jobId) ?? { size: array.size, jobs: new Map<number, KnownJob>() };
      entry.jobs.set(job.shard - array.offset, job);
      arrays.set(array.jobId, entry);
    }
    const parents = await batch.describe([...arrays.keys()]);
    const found = new Set(parents.map(parent => parent.jobId));
    for (const [jobId, { jobs: gone }] of arrays)
      if (!found.has(jobId))
        for (const job of gone.values())
          ends.set(job.id, {
            isDone: false,
            jobId,
            reason: 'Batch no longer knows the job, and it left no record',
          });
    for (const parent of parents) {
      const { size, jobs: open } = arrays.get(parent.jobId)!;
      if (size === 1) take(open.get(0)!, parent);
      else if (isTerminal(parent.status) || parent.statusSummary?.FAILED) {
        const failed: string[] = [];
        for await (const child of batch.children(parent.jobId, 'FAILED'))
          if (open.has(indexOf(child))) failed.push(child.jobId);
        for (const child of await batch.describe(failed)) take(open.get(indexOf(child))!, child);
      }
    }
  }

  const take = (job: KnownJob, detail: JobDetail): void => {
    if (detail.status === 'FAILED' && !ends.has(job.id)) ends.set(job.id, endOfDetail(detail));
  };

  return {
    async look(jobs) {
      const rounds = Map.groupBy(jobs, job => job.round.round);
      await Promise.all([...rounds].map(([round, open]) => lookAtRound(round, open)));
      const open = jobs.filter(job => !ends.has(job.id));
      if (open.length > 0 && performance.now() - askedAt >= batchMs) {
        await askBatch(open);
        // What ended meanwhile has left its record by now.
        const late = open.filter(job => ends.get(job.id)?.isDone === false);
        for (const [round, some] of Map.groupBy(late, job => job.round.round)) {
          const told = new Map(some.map(job => [job.id, ends.get(job.id)!]));
          for (const { id } of some) ends.delete(id);
          await lookAtRound(round, some);
          for (const [id, end] of told) if (!ends.has(id)) ends.set(id, end);
        }
        askedAt = performance.now();
      }
      return jobs.filter(job => ends.has(job.id));
    },
    ended: job => ends.get(job.id),
  };
}

const indexOf = (job: { readonly jobId: string; readonly arrayIndex?: number }): number =>
  job.arrayIndex ?? Number(job.jobId.split(':')[1]);

function endOf(record: AttemptRecord): Ended {
  const item = record.items?.[0];
  const reason = item?.reason ?? record.reason;
  const { instanceId, instanceType, hostname } = record.host ?? {};
  const host = [instanceId ?? hostname, instanceType].filter(Boolean).join(' ');
  return {
    isDone: record.exitCode === exitCodes.ok,
    exitCode: record.exitCode,
    jobId: record.jobId,
    ...(reason ? { reason } : {}),
    ...(host ? { host } : {}),
    outputs: item?.outputs?.map(({ key }) => key) ?? [],
  };
}

function endOfDetail(job: JobDetail): Ended {
  const last = job.attempts.at(-1);
  const exitCode = job.exitCode ?? last?.exitCode;
  const reasons = [
    job.reason ?? last?.reason,
    exitCode === undefined ? undefined : explainExitCode(exitCode),
    job.statusReason,
  ];
  const reason = reasons.filter(Boolean).join('; ');
  const logStream = job.logStream ?? last?.logStream;
  return {
    isDone: false,
    jobId: job.jobId,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason ? { reason } : {}),
    ...(logStream ? { logStream } : {}),
  };
}
