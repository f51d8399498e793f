import { type NamesRecord, namesKey, newestChange } from '../../../jobs/vcf/dataset.ts';
import { openDataset } from '../open-dataset.ts';
import { rememberStored } from '../proof.ts';
import type { VcfWorld } from '../vcf-world.ts';

export interface Finished {
  readonly listed: number;
  readonly fragments: number;
  readonly bytes: number;
}

/**
 * Makes the dataset quick to open, and writes down who is in it, so that the next submission can say at once which names are
 * there. Fragments stay as they are: to consolidate them costs as much as to store them.
 */
export async function finishDataset(world: VcfWorld): Promise<Finished> {
  const dataset = openDataset(world);
  const { tool, store, prefix } = dataset;
  await rememberStored(world, dataset);
  await tool.consolidate('commits');
  await tool.consolidate('fragment_meta');
  const names = await tool.list();
  const record: NamesRecord = {
    version: 1,
    runId: world.runId,
    newest: await newestChange(store, prefix),
    names,
  };
  await store.put(namesKey(prefix), JSON.stringify(record), { contentType: 'application/json' });
  const fragments = new Set<string>();
  let bytes = 0;
  for await (const { key, size } of store.list(prefix)) {
    bytes += size;
    const fragment = /^(.*__fragments\/[^/]+)\//.exec(key)?.[1];
    if (fragment) fragments.add(fragment);
  }
  return { listed: names.length, fragments: fragments.size, bytes };
}
