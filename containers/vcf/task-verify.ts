import { openDataset } from './open-dataset.ts';
import { sampleOf } from './task-store.ts';
import type { VcfWorld } from './vcf-world.ts';

/** Once a container: every item of a shard asks the same. */
let listed: { readonly uri: string; readonly names: Promise<ReadonlySet<string>> } | undefined;

/** Whether one sample's records are in the dataset as its index counts them; the number, or what is wrong. */
export async function verifySample(world: VcfWorld): Promise<number | string> {
  const { tool, uri } = openDataset(world);
  const sample = await sampleOf(world.items[0]!, world);
  if (listed?.uri !== uri) listed = { uri, names: tool.list().then(names => new Set(names)) };
  const names = await listed.names.catch((error: unknown) => {
    listed = undefined;
    throw error;
  });
  // A file without records leaves no trace where it was stored alone.
  if (!names.has(sample.name)) return sample.records === 0 ? 0 : `${sample.name} is not in the dataset`;
  const found = await tool.count(sample.name);
  return found === sample.records
    ? found
    : `${sample.name} has ${found} records in the dataset, and its file has ${sample.records}`;
}
