import { join } from 'node:path';
import { type Batch, bringBatch, type Sample } from '../local-files.ts';
import { ToolError } from '../tool.ts';
import type { StoreWorld } from './store-world.ts';

export const cut = (samples: readonly Sample[], size: number): readonly (readonly Sample[])[] =>
  Array.from({ length: Math.ceil(samples.length / size) }, (_, k) => samples.slice(k * size, (k + 1) * size));

export interface StoredBatches {
  readonly bytes: number;
  readonly batches: number;
  /** Those that the tool has ended with 0. */
  readonly ended: readonly (readonly Sample[])[];
  /** What the tool or the download said, by sample. Whether it is stored, the counts decide. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** One call of `store` a batch, while the next one's files come: two batches are on disk at once. */
export async function storeBatches(
  lists: readonly (readonly Sample[])[],
  { tool, touches, sizes, folder, signal, fetch, log }: StoreWorld,
): Promise<StoredBatches> {
  const reasons = new Map<string, string>();
  const ended: (readonly Sample[])[] = [];
  let bytes = 0;
  let batches = 0;
  const bring = async (k: number): Promise<Batch | undefined> => {
    const samples = lists[k];
    if (!samples || signal.aborted) return undefined;
    try {
      return await bringBatch(samples, join(folder, `batch-${k % 2}`), fetch, signal);
    } catch (error) {
      for (const { name } of samples) reasons.set(name, (error as Error).message);
      return undefined;
    }
  };
  let next = bring(0);
  for (let k = 0; k < lists.length; k++) {
    const batch = await next;
    next = bring(k + 1);
    if (!batch) continue;
    bytes += batch.bytes;
    batches++;
    try {
      await touches.remember(batch.samples);
      const called = await tool.store(batch.listFile, sizes);
      if (called.exitCode === 0) {
        ended.push(batch.samples);
        continue;
      }
      const { message } = new ToolError('tiledbvcf store', called);
      for (const { name } of batch.samples) reasons.set(name, message);
      log(message);
    } finally {
      await batch.remove();
    }
  }
  return { bytes, batches, ended, reasons };
}
