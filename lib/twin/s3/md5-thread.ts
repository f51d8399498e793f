import { Worker } from 'node:worker_threads';

/** The MD5 of one body, made in a thread of its own. */
export interface Md5Run {
  /** Resolves when the bytes were taken in: until then they must stay as they are. */
  update(bytes: SharedArrayBuffer, length: number): Promise<void>;
  /** Hex. */
  digest(): Promise<string>;
  /** Of a body that came to nothing. */
  abandon(): void;
}

interface Thread {
  readonly worker: Worker;
  /** Those who wait for an answer, in the order of their questions. */
  readonly waiting: { done(md5: string): void; fail(error: Error): void }[];
  isLost: boolean;
}

const idleMs = 5000;

let thread: Thread | undefined;
let idle: NodeJS.Timeout | undefined;
let runs = 0;
let active = 0;

/**
 * S3's ETag is an MD5, which takes longer than all else that is done with a large body: on another core it takes nobody's
 * time. The thread is started when it is wanted, and goes when it was idle for some seconds.
 */
export function startMd5(): Md5Run {
  thread ??= startThread();
  const mine = thread;
  const { worker, waiting } = mine;
  const run = runs++;
  active += 1;
  worker.ref();
  clearTimeout(idle);
  let isOver = false;
  const ask = (bytes?: SharedArrayBuffer, length = 0): Promise<string> =>
    new Promise((done, fail) => {
      if (mine.isLost) throw new Error('the MD5 thread ended');
      waiting.push({ done, fail });
      worker.postMessage({ run, bytes, length });
    });
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    active -= 1;
    if (active > 0) return;
    worker.unref();
    idle = setTimeout(stopThread, idleMs);
    idle.unref();
  };
  return {
    update: async (bytes, length) => void (await ask(bytes, length)),
    digest: () => ask().finally(end),
    abandon: () => {
      if (!isOver) ask().catch(() => undefined);
      end();
    },
  };
}

function startThread(): Thread {
  const worker = new Worker(`(${inThread})()`, { eval: true });
  const made: Thread = { worker, waiting: [], isLost: false };
  worker.on('message', (md5: string) => made.waiting.shift()?.done(md5));
  const lost = (error: Error): void => {
    made.isLost = true;
    if (thread === made) thread = undefined;
    for (const each of made.waiting.splice(0)) each.fail(error);
  };
  worker.on('error', lost);
  worker.on('exit', () => lost(new Error('the MD5 thread ended')));
  return made;
}

function stopThread(): void {
  const stopped = thread;
  thread = undefined;
  void stopped?.worker.terminate();
}

/** Runs in the thread, as text: so nothing outside it can be named in it. */
function inThread(): void {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const hashes = new Map<number, ReturnType<typeof createHash>>();
  parentPort?.on('message', ({ run, bytes, length }) => {
    const hash = hashes.get(run) ?? createHash('md5');
    hashes.set(run, hash);
    if (bytes) hash.update(new Uint8Array(bytes, 0, length));
    else hashes.delete(run);
    parentPort.postMessage(bytes ? '' : hash.digest('hex'));
  });
}
