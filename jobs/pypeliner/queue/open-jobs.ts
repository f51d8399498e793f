import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { EndedJob, OpenRunPorts } from '../../../lib/contract/ports/open-run.ts';
import { outputsPrefix } from '../../../lib/contract/run/keys.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import type { Item } from '../../../lib/contract/workload/workload.ts';
import { codeKey, filesPrefix, type JobLabels, resultNames } from '../job.ts';
import type { JobEnd, JobsPort, QueuedJob, SentJob } from './job-queue.ts';
import { arrayOf, placeOf } from './known-job.ts';
import { once } from './once.ts';
import { packPayloads } from './pack-payloads.ts';
import { type KnownJob, readRounds } from './read-rounds.ts';
import { rememberReceived } from './received.ts';

export type OpenJobsOptions = Pick<
  OpenRunPorts,
  'run' | 'store' | 'batch' | 'tail' | 'check' | 'submitRound' | 'watch'
>;

/** The jobs of an open run, over its rounds: what is gathered is a round, and what has ended has left its record there. */
export function openJobs(options: OpenJobsOptions): JobsPort {
  const { run, store, batch, watch } = options;
  const known = new Map<string, KnownJob>();
  const received = rememberReceived(store, run);
  /** Sizes that a host holds: most jobs of a workflow ask for the same. */
  const fine = new Set<string>();
  const codes = new Map<string, () => Promise<string>>();
  let next = { round: 0, job: 0 };

  /** What earlier heads have sent, read once: numbers go on behind it. */
  const earlier = once(async (): Promise<readonly KnownJob[]> => {
    const read = await readRounds(options);
    next = read.next;
    for (const job of read.open) known.set(job.id, job);
    return read.open;
  });

  /** A zip of modules goes up once, whatever the number of jobs. */
  const upload = (path: string): Promise<string> => {
    let uploaded = codes.get(path);
    if (!uploaded) {
      const key = codeKey(run.runId, basename(path));
      uploaded = once(async () => {
        await store.put(key, await readFile(path), { ifNoneMatch: true });
        return key;
      });
      codes.set(path, uploaded);
    }
    return uploaded();
  };

  async function itemsOf(jobs: readonly QueuedJob[]): Promise<readonly Item[]> {
    const numbered = jobs.map(job => ({ ...job, id: `j${String(next.job++).padStart(7, '0')}` }));
    const places = await packPayloads(store, run, numbered);
    const items: Item[] = [];
    for (const [index, { id, name: job, fingerprint, code }] of numbered.entries()) {
      const labels: JobLabels = {
        job,
        fingerprint,
        ...places[index]!,
        ...(code === undefined ? {} : { code: await upload(code) }),
        files: filesPrefix(run.runId),
      };
      items.push({ name: id, labels: { ...labels } });
    }
    return items;
  }

  return {
    check(resources) {
      const text = JSON.stringify(resources);
      if (fine.has(text)) return;
      options.check(resources);
      fine.add(text);
    },
    settle: received.flush,
    async submit(jobs) {
      await earlier();
      // A job that was received may be sent again: its first result is no longer the next head's.
      await received.flush();
      const items = await itemsOf(jobs);
      const groups = [...Map.groupBy(jobs.keys(), index => JSON.stringify(jobs[index]!.resources)).values()];
      const submitted = await options.submitRound(
        next.round++,
        groups.map(([first, ...more]) => ({
          items: [first!, ...more].map(index => items[index]!),
          resources: jobs[first!]!.resources,
        })),
      );
      const answers: (SentJob | Error)[] = [];
      for (const [shard, index] of groups.flat().entries()) {
        const { name: id } = items[index]!;
        const { name, fingerprint } = jobs[index]!;
        if (!arrayOf(submitted, shard)) {
          answers[index] = submitted.failure ?? new Error('its round was not submitted');
          continue;
        }
        known.set(id, { id, name, fingerprint, shard, round: submitted });
        answers[index] = { id, name, fingerprint };
      }
      return answers;
    },
    async look(ids) {
      // Who waits beside this one may receive them meanwhile.
      const jobs = ids.map(id => ({ id, place: placeOf(known.get(id)!) }));
      await watch.look(jobs.map(({ place }) => place));
      return jobs.filter(({ place }) => watch.ended(place)).map(({ id }) => id);
    },
    async result(id, file) {
      const job = known.get(id)!;
      const end = await resultOf(options, job, file);
      known.delete(id);
      received.add(id);
      return end;
    },
    underWay: async () => (await earlier()).map(({ id, name, fingerprint }) => ({ id, name, fingerprint })),
    async terminate(ids, reason) {
      await mapLimit(ids, 8, async id => {
        const job = known.get(id)!;
        if (watch.ended(placeOf(job))) return;
        const { shard, round } = job;
        const array = arrayOf(round, shard);
        if (!array) return;
        const jobId = array.size > 1 ? `${array.jobId}:${shard - array.offset}` : array.jobId;
        await batch.terminate(jobId, reason);
      });
    },
  };
}

/** What a person has to know of a job's end, and its pickle where it left one. */
async function resultOf(
  { store, run, tail, watch }: OpenJobsOptions,
  job: KnownJob,
  file: string,
): Promise<JobEnd> {
  const ended = watch.ended(placeOf(job));
  const at = (name: string): string => `${outputsPrefix(run, job.id)}${name}`;
  if (ended?.isDone) {
    await store.download(at(resultNames.after), file);
    return { hasResult: true, text: 'is done' };
  }
  const record = await watch.recordOf(placeOf(job));
  const outputs = new Set(record?.items?.[0]?.outputs?.map(({ key }) => key));
  const hasResult = outputs.has(at(resultNames.after));
  if (hasResult) await store.download(at(resultNames.after), file);
  const log = outputs.has(at(resultNames.log))
    ? (await store.get(at(resultNames.log)))?.toString('utf8')
    : ended?.logStream
      ? await tail(ended.logStream).catch((error: Error) => `its log cannot be read: ${error.message}`)
      : undefined;
  const { instanceId, instanceType, hostname } = record?.host ?? {};
  const host = [instanceId ?? hostname, instanceType].filter(Boolean).join(' ') || undefined;
  const text = `failed: ${factsOf(ended, host).join(', ') || 'nothing is known of its end'}`;
  return { hasResult, text: log ? `${text}\n${log}` : text, ...(host ? { host } : {}) };
}

const factsOf = (ended: EndedJob | undefined, host: string | undefined): readonly string[] =>
  [
    ended?.exitCode === undefined ? undefined : `exit code ${ended.exitCode}`,
    ended?.reason,
    host === undefined ? undefined : `on ${host}`,
    ended?.jobId === undefined ? undefined : `job ${ended.jobId}`,
  ].filter(fact => fact !== undefined);
