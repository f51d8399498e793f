import { readRecordName, shardResultsPrefix } from '../../../lib/contract/run/keys.ts';
import { readRecord } from '../../../lib/contract/run/read-stored.ts';
import type { ItemRecord } from '../../../lib/contract/run/records.ts';
import type { Shard } from '../read-shard.ts';

/**
 * The items that earlier attempts of this very job have finished, by name: an attempt after an interruption goes on
 * where that one stopped. Reads nothing in a first attempt.
 */
export async function doneBefore(shard: Shard): Promise<ReadonlyMap<string, ItemRecord>> {
  const done = new Map<string, ItemRecord>();
  if (shard.stepPlan.takes !== 'item') return done;
  if (shard.attempt === 1) return done;
  const earlier: { readonly attempt: number; readonly key: string }[] = [];
  for await (const { key } of shard.store.list(shardResultsPrefix(shard.run, shard))) {
    const { jobId, attempt } = readRecordName(key);
    if (jobId === shard.jobId && attempt < shard.attempt) earlier.push({ attempt, key });
  }
  for (const { key } of earlier.sort((a, b) => a.attempt - b.attempt)) {
    const body = await shard.store.get(key);
    const record = body && readRecord(body);
    for (const item of record?.items ?? []) if (item.state === 'done') done.set(item.name, item);
  }
  return done;
}
