import { resultKey } from '../../lib/contract/run/keys.ts';
import { readRecord } from '../../lib/contract/run/read-stored.ts';
import type { ItemRecord } from '../../lib/contract/run/records.ts';
import type { Shard } from './read-shard.ts';

/**
 * The items that earlier attempts of this very job have finished, by name: an attempt after an interruption goes on
 * where that one stopped. Reads nothing in a first attempt.
 */
export async function doneBefore(shard: Shard): Promise<ReadonlyMap<string, ItemRecord>> {
  const done = new Map<string, ItemRecord>();
  if (shard.stepPlan.takes !== 'item') return done;
  for (let attempt = 1; attempt < shard.attempt; attempt++) {
    const body = await shard.store.get(resultKey(shard.run, { ...shard, attempt }));
    const record = body && readRecord(body);
    for (const item of record?.items ?? []) if (item.state === 'done') done.set(item.name, item);
  }
  return done;
}
