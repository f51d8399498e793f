import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm } from '../wire/checksums.ts';
import type { Ask, BodySums, WorkerAnswer } from './body-worker.ts';

/** A body that a thread of its own writes to a file and makes the checksums of. */
export interface BodyRun {
  /** Takes the first `length` bytes, and gives the buffer back when they were written. The one passed in is detached. */
  take(bytes: ArrayBuffer, length: number): Promise<ArrayBuffer>;
  /** Closes the file. */
  end(): Promise<BodySums>;
  /** The same for a body that came to nothing; the file stays. */
  abandon(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  /** Those who wait for an answer, in the order of their questions. */
  readonly waiting: { done(answer: WorkerAnswer): void; fail(error: Error): void }[];
  /** Bodies that it has at the moment. */
  active: number;
  idle?: NodeJS.Timeout;
}

const idleMs = 5000;
/** More of them than processors would only wait for each other. */
const mostThreads = Math.min(4, availableParallelism());

const threads: Thread[] = [];
let bodies = 0;

/**
 * S3's ETag is an MD5, which takes longer than all else that is done with a large body: on another core it takes nobody's
 * time. A thread is started when it is wanted, and goes when it was idle for some seconds. Rejects when `path` exists.
 */
export async function startBody(
  path: string,
  md5: boolean,
  algorithms: readonly ChecksumAlgorithm[],
): Promise<BodyRun> {
  const thread = leastBusy();
  const body = bodies++;
  thread.active += 1;
  thread.worker.ref();
  clearTimeout(thread.idle);
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    thread.active -= 1;
    if (thread.active > 0) return;
    thread.worker.unref();
    thread.idle = setTimeout(() => stop(thread), idleMs).unref();
  };
  try {
    await ask(thread, { body, open: path, md5, algorithms });
  } catch (error) {
    over();
    throw error;
  }
  return {
    take: async (bytes, length) => {
      const { bytes: back } = await ask(thread, { body, bytes, length }, [bytes]);
      if (!back) throw new Error('the thread of the body kept its bytes');
      return back;
    },
    end: async () => {
      const { sums } = await ask(thread, { body, end: true }).finally(over);
      if (!sums) throw new Error('a body ended twice');
      return sums;
    },
    abandon: async () => {
      if (!isOver) await ask(thread, { body, abandon: true }).finally(over);
    },
  };
}

function leastBusy(): Thread {
  const free = threads.find(each => each.active === 0);
  if (free) return free;
  if (threads.length < mostThreads) return start();
  return threads.reduce((best, each) => (each.active < best.active ? each : best));
}

function ask(thread: Thread, message: Ask, transfer: ArrayBuffer[] = []): Promise<WorkerAnswer> {
  return new Promise((done, fail) => {
    if (!threads.includes(thread)) throw new Error('the thread of the body ended');
    thread.waiting.push({ done: answer => (answer.error ? fail(answer.error) : done(answer)), fail });
    thread.worker.postMessage(message, transfer);
  });
}

function start(): Thread {
  const worker = new Worker(new URL('./body-worker.ts', import.meta.url));
  const thread: Thread = { worker, waiting: [], active: 0 };
  worker.on('message', (answer: WorkerAnswer) => thread.waiting.shift()?.done(answer));
  const lost = (error: Error): void => {
    forget(thread);
    for (const each of thread.waiting.splice(0)) each.fail(error);
  };
  worker.on('error', lost);
  worker.on('exit', () => lost(new Error('the thread of the body ended')));
  threads.push(thread);
  return thread;
}

function stop(thread: Thread): void {
  forget(thread);
  void thread.worker.terminate();
}

function forget(thread: Thread): void {
  const at = threads.indexOf(thread);
  if (at >= 0) threads.splice(at, 1);
}
