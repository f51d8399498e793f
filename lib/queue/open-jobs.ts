import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { codeKey, filesPrefix, type JobLabels, payloadKey, resultNames } from '../../jobs/pypeliner/job.ts';
import type { BatchPort, Store } from '../contract/ports/ports.ts';
import { outputsPrefix, type RunRef } from '../contract/run/keys.ts';
import type { Item } from '../contract/workload/workload.ts';
import type { JobEnd, JobResources, JobsPort, QueuedJob, SentJob } from './job-queue.ts';
import { type KnownJob, readRounds } from './read-rounds.ts';
import { type Ended, roundWatch } from './round-watch.ts';

/** A round that was submitted: which job is in which shard, and the Batch jobs of its arrays. */
export interface SubmittedRound {
  readonly round: number;
  readonly arrays: readonly { readonly offset: number; readonly size: number; readonly jobId: string }[];
}

export interface OpenJobsOptions {
  readonly run: RunRef;
  readonly store: Store;
  readonly batch: BatchPort;
  /** The last lines of a container's log; none where there is no log. */
  readonly tail: (logStream: string) => Promise<string>;
  /** Throws LabError for what no host could hold. */
  readonly check: (resources: JobResources) => void;
  /** Plans, stores and submits one round of jobs with equal resources. */
  readonly submitRound: (
    round: number,
    items: readonly Item[],
    resources: JobResources,
  ) => Promise<SubmittedRound>;
  /** How often Batch is asked about jobs that have left no record, in ms. */
  readonly batchMs: number;
}

/** The jobs of an open run, over its rounds: what is gathered is a round, and what has ended has left its record there. */
export function openJobs(options: OpenJobsOptions): JobsPort {
  const { run, store, batch } = options;
  const known = new Map<string, KnownJob>();
  const watch = roundWatch(options);
  const codes = new Map<string, Promise<string>>();
  let left: Promise<readonly KnownJob[]> | undefined;
  let next = { round: 0, job: 0 };

  /** What earlier heads have sent, read once: numbers go on behind it. */
  const earlier = (): Promise<readonly KnownJob[]> => {
    left ??= readRounds(options).then(read => {
      next = read.next;
      for (const job of read.open) known.set(job.id, job);
      return read.open;
    });
    return left;
  };

  /** A zip of modules goes up once, whatever the number of jobs. */
  const upload = (path: string): Promise<string> => {
    let uploaded = codes.get(path);
    if (!uploaded) {
      const key = codeKey(run.runId, basename(path));
      uploaded = readFile(path)
        .then(body => store.put(key, body, { ifNoneMatch: true }))
        .then(() => key);
      codes.set(path, uploaded);
    }
    return uploaded;
  };

  async function itemOf(job: QueuedJob): Promise<Item> {
    const name = `j${String(next.job++).padStart(7, '0')}`;
    const payload = payloadKey(run, name);
    const code = job.code === undefined ? undefined : await upload(job.code);
    await store.put(payload, job.payload);
    const labels: JobLabels = {
      job: job.name,
      fingerprint: job.fingerprint,
      payload,
      ...(code ? { code } : {}),
      files: filesPrefix(run.runId),
    };
    return { name, labels: { ...labels } };
  }

  async function submitGroup(group: readonly QueuedJob[]): Promise<readonly (SentJob | Error)[]> {
    try {
      const items = await inTurn(group, 16, itemOf);
      const submitted = await options.submitRound(next.round++, items, group[0]!.resources);
      return items.map(({ name: id }, shard) => {
        const { name, fingerprint } = group[shard]!;
        known.set(id, { id, name, fingerprint, shard, round: submitted });
        return { id, name, fingerprint };
      });
    } catch (error) {
      return group.map(() => error as Error);
    }
  }

  return {
    check: options.check,
    async submit(jobs) {
      await earlier();
      const groups = Map.groupBy(jobs.keys(), index => JSON.stringify(jobs[index]!.resources));
      const answers: (SentJob | Error)[] = [];
      for (const group of groups.values()) {
        const sent = await submitGroup(group.map(index => jobs[index]!));
        for (const [at, index] of group.entries()) answers[index] = sent[at]!;
      }
      return answers;
    },
    look: async ids => (await watch.look(ids.map(id => known.get(id)!))).map(job => job.id),
    async result(id, file) {
      const job = known.get(id)!;
      const ended = watch.ended(job);
      known.delete(id);
      return resultOf(options, job, ended, file);
    },
    underWay: async () => (await earlier()).map(({ id, name, fingerprint }) => ({ id, name, fingerprint })),
    async terminate(ids, reason) {
      await inTurn(ids, 8, async id => {
        const { shard, round } = known.get(id)!;
        const array = round.arrays.find(({ offset, size }) => shard >= offset && shard < offset + size);
        if (!array) return;
        const jobId = array.size > 1 ? `${array.jobId}:${shard - array.offset}` : array.jobId;
        await batch.terminate(jobId, reason);
      });
    },
  };
}

/** What a person has to know of a job's end, and its pickle where it left one. */
async function resultOf(
  { store, run, tail }: OpenJobsOptions,
  { id }: KnownJob,
  ended: Ended | undefined,
  file: string,
): Promise<JobEnd> {
  const at = (name: string): string => `${outputsPrefix(run, id)}${name}`;
  const host = ended?.host;
  const has = (name: string): boolean => ended?.isDone === true || (ended?.outputs ?? []).includes(at(name));
  const hasResult = has(resultNames.after);
  if (hasResult) await store.download(at(resultNames.after), file);
  if (ended?.isDone) return { hasResult, text: 'is done', ...(host ? { host } : {}) };
  const log = (ended?.outputs ?? []).includes(at(resultNames.log))
    ? (await store.get(at(resultNames.log)))?.toString('utf8')
    : ended?.logStream
      ? await tail(ended.logStream).catch((error: Error) => `its log cannot be read: ${error.message}`)
      : undefined;
  const facts = [
    ended?.exitCode === undefined ? undefined : `exit code ${ended.exitCode}`,
    ended?.reason,
    host === undefined ? undefined : `on ${host}`,
    ended?.jobId === undefined ? undefined : `job ${ended.jobId}`,
  ].filter(fact => fact !== undefined);
  const text = `failed: ${facts.join(', ') || 'nothing is known of its end'}`;
  return { hasResult, text: log ? `${text}\n${log}` : text, ...(host ? { host } : {}) };
}

/** `work` over all, at most `limit` at once; answers in order. */
async function inTurn<A, B>(all: readonly A[], limit: number, work: (each: A) => Promise<B>): Promise<B[]> {
  const results = new Array<B>(all.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const index = next++;
      results[index] = await work(all[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, worker));
  return results;
}
