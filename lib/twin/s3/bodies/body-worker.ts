import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Checksums } from '../../../contract/ports/object-store.ts';
import { type ChecksumAlgorithm, checksums } from '../wire/checksums.ts';

/** Of the body with this number: the first of its messages opens its file, `end` and `abandon` close it. */
export type Ask = { readonly body: number } & (
  | { readonly open: string; readonly md5: boolean; readonly algorithms: readonly ChecksumAlgorithm[] }
  | { readonly bytes: ArrayBuffer; readonly length: number }
  | { readonly end: true }
  | { readonly abandon: true }
);

/** To every message one, in their order; bytes are given back. */
export type WorkerAnswer = { readonly error?: Error; readonly sums?: BodySums; readonly bytes?: ArrayBuffer };

export interface BodySums {
  /** Hex; '' where none was wanted. */
  readonly md5: string;
  readonly checksums: Checksums;
  /** Of the file, as `Stats` has it. */
  readonly mtimeMs: number;
}

/** Runs in a thread of body-threads.ts, where nothing else waits for a disk or a checksum. */
const bodies = new Map<number, Awaited<ReturnType<typeof open>>>();

let last = Promise.resolve();
parentPort?.on('message', (ask: Ask) => {
  last = last.then(async () => {
    const bytes = 'bytes' in ask ? ask.bytes : undefined;
    parentPort?.postMessage({ ...(await answer(ask)), bytes }, bytes ? [bytes] : []);
  });
});

async function answer(ask: Ask): Promise<WorkerAnswer> {
  try {
    if ('open' in ask) bodies.set(ask.body, await open(ask.open, ask.md5, ask.algorithms));
    const body = bodies.get(ask.body);
    if (body && 'bytes' in ask) body.take(Buffer.from(ask.bytes, 0, ask.length));
    if (!('end' in ask || 'abandon' in ask)) return {};
    bodies.delete(ask.body);
    const sums = body?.close();
    return sums && 'end' in ask ? { sums } : {};
  } catch (error) {
    return { error: error as Error };
  }
}

async function open(path: string, md5: boolean, algorithms: readonly ChecksumAlgorithm[]) {
  const running = await checksums(algorithms);
  const file = openSync(path, 'wx');
  const hash = md5 ? createHash('md5') : undefined;
  return {
    take(bytes: Buffer): void {
      // One write may take less than all of it when the disk is nearly full.
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      hash?.update(bytes);
      running.update(bytes);
    },
    close(): BodySums {
      const { mtimeMs } = fstatSync(file);
      closeSync(file);
      return { md5: hash?.digest('hex') ?? '', checksums: running.digest(), mtimeMs };
    },
  };
}
