import { setTimeout as sleep } from 'node:timers/promises';
import type { JobResources } from '../../../lib/contract/ports/open-run.ts';
import { once } from './once.ts';
import { RequestError } from './protocol.ts';

/** A job as a workflow's head sends it. */
export interface QueuedJob {
  /** The workflow's own name of it, any text: the same at every try. */
  readonly name: string;
  /** Equal for equal work. */
  readonly fingerprint: string;
  readonly payload: Buffer;
  /** A file with the workflow's modules. */
  readonly code?: string;
  readonly resources: JobResources;
}

/** How a job ended. */
export interface JobEnd {
  /** Whether it left a result. */
  readonly hasResult: boolean;
  /** Exit code, reason, host and the log's tail, for a person. */
  readonly text: string;
  readonly host?: string;
}

/** A job that was sent, as `JobsPort` knows it: an id that no other try has. */
export interface SentJob {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
}

/** Jobs of one open run. Implemented over rounds of it; a test has its own. */
export interface JobsPort {
  /** Refuses what no host could ever hold. Throws LabError. */
  check(resources: JobResources): void;
  /** Stores and submits jobs, those of equal sizes as one array. Answers one each, in order: a job, or why it is none. */
  submit(jobs: readonly QueuedJob[]): Promise<readonly (SentJob | Error)[]>;
  /** Those of the given that have ended: one look, whatever their number. */
  look(ids: readonly string[]): Promise<readonly string[]>;
  /** How it ended; its result is written to `file` where it has one. */
  result(id: string, file: string): Promise<JobEnd>;
  /** Jobs that an earlier head has sent, and that have not ended, or are done and were not received. */
  underWay(): Promise<readonly SentJob[]>;
  terminate(ids: readonly string[], reason: string): Promise<void>;
  /** Writes down what was only remembered. */
  settle?(): Promise<void>;
}

export interface JobQueueOptions {
  readonly jobs: JobsPort;
  /** Between two looks, in ms: at first, and where nothing ends for long. */
  readonly tickMs: { readonly first: number; readonly most: number };
  /** Sends are gathered until none has come for `quiet` ms, `most` ms in all, or somebody waits: each round costs calls. */
  readonly gatherMs?: { readonly quiet: number; readonly most: number };
  /** Aborted, it ends what is under way, as the end of a block does; who waits is told. */
  readonly signal?: AbortSignal;
}

/** A queue of jobs; `await using` terminates what is under way when its block ends. */
export interface JobQueue extends AsyncDisposable {
  /** Takes a job; it is submitted with others that come at about the same time. Throws LabError for what cannot run. */
  send(job: QueuedJob): Promise<{ readonly adopted: boolean }>;
  /** The name of a job that has ended and was not received; undefined after `timeoutMs`. Never busy. */
  wait(timeoutMs?: number): Promise<string | undefined>;
  /** Takes an ended job off the queue. Throws RequestError for one that is not in it. */
  receive(name: string, file: string): Promise<JobEnd>;
  readonly length: number;
  readonly empty: boolean;
  /** Ends what was sent and not received. */
  terminateAll(reason: string): Promise<void>;
  /** Submits what is gathered. Jobs of earlier heads that this one did not ask for are ended, if it has worked at all. */
  close(finished: boolean): Promise<void>;
}

interface Entry {
  /** Undefined until it was submitted. */
  id?: string;
  /** Why it could not be submitted: told when it is received. */
  failed?: string;
  isEnded?: boolean;
}

interface Gathered {
  readonly job: QueuedJob;
  readonly entry: Entry;
}

export function jobQueue(options: JobQueueOptions): JobQueue {
  const { jobs, tickMs, gatherMs = { quiet: 250, most: 2000 } } = options;
  const entries = new Map<string, Entry>();
  let gathered: Gathered[] = [];
  let submitting: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let gatheringSince: number | undefined;
  let pause = tickMs.first;
  /** Names of those that have ended, in that order; some may have been received since. */
  const endedNames: string[] = [];
  let hasSent = false;
  /** Of several tries of one job the newest counts. */
  const left = once(async () => new Map((await jobs.underWay()).map(each => [each.name, each])));

  const conclude = (name: string, entry: Entry, failed?: string): void => {
    entry.isEnded = true;
    if (failed !== undefined) entry.failed = failed;
    endedNames.push(name);
  };
  const fail = ({ job, entry }: Gathered, { message }: Error): void =>
    conclude(job.name, entry, `could not be submitted: ${message}`);

  async function submitGathered(): Promise<void> {
    clearTimeout(timer);
    gatheringSince = undefined;
    const batch = gathered;
    gathered = [];
    if (batch.length === 0) return;
    try {
      const sent = await jobs.submit(batch.map(({ job }) => job));
      for (const [index, each] of batch.entries()) {
        const answer = sent[index]!;
        if (answer instanceof Error) fail(each, answer);
        else each.entry.id = answer.id;
      }
    } catch (error) {
      for (const each of batch) fail(each, error as Error);
    }
  }
  /** One after the other: rounds have numbers. */
  const flush = (): Promise<void> => {
    submitting = submitting.then(submitGathered);
    return submitting;
  };

  const endedName = (): string | undefined => {
    for (; endedNames.length > 0; endedNames.shift())
      if (entries.get(endedNames[0]!)?.isEnded) return endedNames[0];
    return undefined;
  };

  async function look(): Promise<void> {
    const open = [...entries].filter(([, entry]) => entry.id !== undefined && !entry.isEnded);
    if (open.length === 0) return;
    const began = performance.now();
    const ended = new Set(await jobs.look(open.map(([, entry]) => entry.id!)));
    for (const [name, entry] of open) if (ended.has(entry.id!)) conclude(name, entry);
    pause = ended.size > 0 ? tickMs.first : Math.min(tickMs.most, pause * 1.3);
    // Many jobs make long looks: they take a fifth of the time at most.
    pause = Math.max(pause, Math.min(tickMs.most, 4 * (performance.now() - began)));
  }

  /** A job of an earlier head: waited for where it is the same work, else ended before there is another. */
  async function adopt({ name, fingerprint }: QueuedJob): Promise<Entry | undefined> {
    const orphan = (await left()).get(name);
    if (!orphan) return undefined;
    (await left()).delete(name);
    if (orphan.fingerprint === fingerprint) return { id: orphan.id };
    await jobs.terminate([orphan.id], 'its work has changed');
    while ((await jobs.look([orphan.id])).length === 0) await sleep(tickMs.first);
    return undefined;
  }

  const terminateAll = async (reason: string): Promise<void> => {
    const waiting = gathered;
    gathered = [];
    for (const { job, entry } of waiting) conclude(job.name, entry, reason);
    await submitting;
    const ids = [...entries.values()].flatMap(entry => (entry.id && !entry.isEnded ? [entry.id] : []));
    if (ids.length > 0) await jobs.terminate(ids, reason);
    entries.clear();
  };

  const { signal } = options;
  let interrupted: Promise<void> | undefined;
  const onAbort = (): void => {
    interrupted = terminateAll('the queue was interrupted');
    interrupted.catch(() => undefined);
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  return {
    async send(job) {
      signal?.throwIfAborted();
      if (entries.has(job.name)) throw new RequestError('bad-request', `${job.name} is in the queue already`);
      jobs.check(job.resources);
      hasSent = true;
      pause = tickMs.first;
      // Its name is taken before anything is waited for.
      const entry: Entry = {};
      entries.set(job.name, entry);
      try {
        const adopted = await adopt(job);
        if (adopted) {
          Object.assign(entry, adopted);
          return { adopted: true };
        }
      } catch (error) {
        entries.delete(job.name);
        throw error;
      }
      gathered.push({ job, entry });
      gatheringSince ??= performance.now();
      const left = gatheringSince + gatherMs.most - performance.now();
      clearTimeout(timer);
      timer = setTimeout(() => void flush(), Math.max(0, Math.min(gatherMs.quiet, left)));
      return { adopted: false };
    },
    async wait(timeoutMs = Number.POSITIVE_INFINITY) {
      // Whoever waits has nothing more to send, unless others have ended at the same look.
      if (endedName() === undefined) await flush();
      const end = performance.now() + timeoutMs;
      for (;;) {
        if (signal?.aborted) {
          await interrupted;
          signal.throwIfAborted();
        }
        if (endedName() === undefined) await look();
        const name = endedName();
        const rest = end - performance.now();
        if (name !== undefined || rest <= 0 || entries.size === 0) return name;
        await sleep(Math.max(1, Math.min(pause, rest)), undefined, signal ? { signal } : {}).catch(
          () => undefined,
        );
      }
    },
    async receive(name, file) {
      const entry = entries.get(name);
      if (!entry?.isEnded) throw new RequestError('not-found', `${name} is no job that has ended`);
      entries.delete(name);
      if (entry.failed !== undefined || entry.id === undefined)
        return { hasResult: false, text: entry.failed ?? 'was not submitted' };
      return jobs.result(entry.id, file);
    },
    get length() {
      return entries.size;
    },
    get empty() {
      return entries.size === 0;
    },
    terminateAll,
    async close(finished) {
      await flush();
      await jobs.settle?.();
      // A head that was refused a pipeline that another one runs has sent nothing: the jobs are that one's.
      if (!hasSent && !finished) return;
      const ids = [...(await left()).values()].map(each => each.id);
      if (ids.length > 0) await jobs.terminate(ids, 'no head waits for it');
    },
    [Symbol.asyncDispose]: async () => {
      signal?.removeEventListener('abort', onAbort);
      await interrupted;
      await terminateAll('the queue was closed');
    },
  };
}
