import { openDataset } from './open-dataset.ts';
import { sampleOf } from './task-store.ts';
import type { VcfWorld } from './vcf-world.ts';

/** By attempt: every item of a shard asks the same. */
const listed = new WeakMap<AbortSignal, Promise<ReadonlySet<string>>>();

/** Whether one sample's records are in the dataset as its index counts them; the number, or what is wrong. */
export async function verifySample(world: VcfWorld): Promise<number | string> {
  const { tool } = openDataset(world);
  const sample = await sampleOf(world.items[0]!, world);
  const asked = listed.get(world.signal) ?? tool.list().then(names => new Set(names));
  listed.set(world.signal, asked);
  const names = await asked;
  // A file without records leaves no trace where it was stored alone.
  if (!names.has(sample.name)) return sample.records === 0 ? 0 : `${sample.name} is not in the dataset`;
  const found = await tool.count(sample.name);
  return found === sample.records
    ? found
    : `${sample.name} has ${found} records in the dataset, and its file has ${sample.records}`;
}
