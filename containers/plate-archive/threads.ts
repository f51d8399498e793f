import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { asPlateError, PlateError } from '../../jobs/plate-archive/plate/plate-error.ts';
import { prefixed } from '../../jobs/plate-archive/prefixed.ts';
import { containerKeys } from '../../lib/aws/wire/credentials.ts';
import { endpointFrom } from '../../lib/aws/wire/endpoints.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';

/** A place, as a thread can be told of it. */
export interface PlaceAddress {
  readonly bucket: string;
  /** In front of every key; the source has none, for its keys are what inventories speak of. */
  readonly prefix: string;
  readonly region: string;
}

/** The store of a place with the container's own credentials: each thread has connections of its own. */
export function storeAt({ bucket, prefix, region }: PlaceAddress, connections: number): ObjectStore {
  const endpoint = endpointFrom(process.env, 'S3');
  const credentials = containerKeys(process.env);
  return prefixed(
    objectStore({ bucket, region, credentials, connections, ...(endpoint ? { endpoint } : {}) }),
    prefix,
  );
}

/** Work that threads can do, by name. What goes in and out is copied: plain data alone. */
export type ThreadWork = Readonly<
  Record<string, (input: never, onBytes: (bytes: number) => void, signal?: AbortSignal) => Promise<unknown>>
>;

interface Call {
  readonly work: string;
  readonly input: unknown;
}
type Said =
  | { readonly bytes: number }
  | { readonly result: unknown }
  | {
      readonly error: {
        readonly message: string;
        readonly problems?: readonly string[];
        readonly isPassing?: boolean;
      };
    };

const marker = 'plate-archive';

/** In a thread of ours: answers calls for ever. In the main thread: does nothing. */
export function serveThreads(work: ThreadWork): void {
  if (isMainThread || workerData !== marker || !parentPort) return;
  const port = parentPort;
  port.on('message', async ({ work: name, input }: Call) => {
    const said = await answer(work, name, input, bytes => port.postMessage({ bytes } satisfies Said));
    port.postMessage(said);
  });
}

async function answer(
  work: ThreadWork,
  name: string,
  input: unknown,
  onBytes: (bytes: number) => void,
): Promise<Said> {
  try {
    return { result: await work[name]!(input as never, onBytes) };
  } catch (error) {
    const { message, stack } = error as Error;
    const known = asPlateError(error);
    if (known)
      return { error: { message: known.message, problems: known.problems, isPassing: known.isPassing } };
    return { error: { message: stack ?? message } };
  }
}

/** Whoever does one thing at a time: another thread, or this one. */
type Hand = (call: Call, onBytes: (bytes: number) => void) => Promise<unknown>;

/**
 * Some threads that take turns, this one first: an idle one costs as much memory as a busy one, and its start as much as a small
 * plate. So another is started when there is work for it. One a vCPU, for digests are what an archive waits for.
 */
export class Threads {
  readonly #idle: Hand[] = [];
  readonly #waiting: ((hand: Hand) => void)[] = [];
  readonly #others: Worker[] = [];
  readonly #stopping = new AbortController();
  readonly #start: () => Worker | undefined;

  /** `file`: where `serveThreads` is called for `work`; in the container that is the bundle itself. */
  constructor(file: URL, work: ThreadWork, count: number) {
    this.#start = () =>
      this.#others.length + 1 < count && !this.#stopping.signal.aborted
        ? new Worker(file, { workerData: marker })
        : undefined;
    this.#idle.push(({ work: name, input }, onBytes) =>
      work[name]!(input as never, onBytes, this.#stopping.signal),
    );
  }

  /** `input` is called when a thread is free for it. */
  async run<T>(work: string, input: () => unknown, onBytes: (bytes: number) => void): Promise<T> {
    const hand =
      this.#idle.pop() ?? this.#another() ?? (await new Promise<Hand>(take => this.#waiting.push(take)));
    try {
      return (await hand({ work, input: input() }, onBytes)) as T;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(hand);
      else this.#idle.push(hand);
    }
  }

  /**
   * Starts what so many calls at once will need, before they come: a thread takes as long to start as this one takes to find out what
   * there is to do. This one stays the first to be given something.
   */
  ready(calls: number): void {
    while (this.#others.length + 1 < calls) {
      const hand = this.#another();
      if (!hand) return;
      this.#idle.unshift(hand);
    }
  }

  #another(): Hand | undefined {
    const worker = this.#start();
    if (!worker) return undefined;
    this.#others.push(worker);
    // Between calls nobody listens, and would end the program: who asks it next is told that it ended.
    worker.on('error', () => undefined);
    return (call, onBytes) => ask(worker, call, onBytes);
  }

  /** Whatever they are doing: S3 keeps nothing of a part that did not arrive. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#others.map(worker => worker.terminate()));
  }
}

function ask(worker: Worker, call: Call, onBytes: (bytes: number) => void): Promise<unknown> {
  return new Promise((done, fail) => {
    const close = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
    };
    const onMessage = (said: Said): void => {
      if ('bytes' in said) {
        onBytes(said.bytes);
        return;
      }
      close();
      if ('result' in said) done(said.result);
      else if (said.error.problems)
        fail(new PlateError(said.error.problems, { isPassing: said.error.isPassing === true }));
      else fail(new Error(said.error.message));
    };
    const onError = (error: Error): void => {
      close();
      fail(error);
    };
    const onExit = (code: number): void => onError(new Error(`a thread ended with ${code}`));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    if (worker.threadId < 0) onError(new Error('a thread ended before it was asked'));
    else worker.postMessage(call);
  });
}
