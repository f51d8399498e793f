import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eachLimited } from '../../jobs/vcf/each-limited.ts';
import type { Sample } from './local-files.ts';
import { openDataset } from './open-dataset.ts';
import { countAll } from './settle.ts';
import { storeSizes } from './sizes.ts';
import { cut } from './store-batches.ts';
import { sampleOf } from './task-store.ts';
import type { VcfWorld } from './vcf-world.ts';
import { wholeGroups } from './whole-batches.ts';

export interface VerifiedSample {
  /** Of the item. */
  readonly name: string;
  readonly records: number;
  /** What is wrong, or undefined. */
  readonly problem?: string;
}

/**
 * Whether the records of a shard's samples are in the dataset as their indexes count them, at the end of all. Samples that were
 * stored together are counted together, and one by one where the sum is not right.
 */
export async function verifyShard(world: VcfWorld): Promise<readonly VerifiedSample[]> {
  const { tool } = openDataset(world);
  const { batch, counts: atOnce } = storeSizes(world.limits);
  const samples = await eachLimited(world.items, 8, item => sampleOf(item, world));
  const folder = join(world.folder, 'verified');
  await mkdir(folder, { recursive: true });
  const whole = await wholeGroups(tool, cut(samples, batch), folder);
  const open = samples.filter(sample => !whole.has(sample));
  const counts = await countAll(tool, open, world.signal, atOnce);
  return samples.map((sample, k) => {
    const { name } = world.items[k]!;
    const problem = whole.has(sample) ? undefined : problemOf(sample, counts.get(sample));
    return { name, records: sample.records, ...(problem ? { problem } : {}) };
  });
}

function problemOf({ name, records }: Sample, found: number | undefined): string | undefined {
  // A file without records leaves no trace where it was stored alone.
  if ((found ?? 0) === records && (found !== undefined || records === 0)) return undefined;
  return found === undefined
    ? `${name} is not in the dataset`
    : `${name} has ${found} records in the dataset, and its file has ${records}`;
}
