import type { Store } from '../ports/ports.ts';
import { shardName } from './keys.ts';

/** Keys that one request lists at the most, and at least: two a shard up to the last that is looked for, as few have more. */
const [most, least] = [1000, 100];

/**
 * What is below `prefix` of some shards, in ascending order: `found` is told the shard and the rest of each key. Keys begin
 * with a shard's seven digits, so a page is asked for where the next of them may be, and what lies between is left out.
 */
export async function listMarks(
  store: Store,
  prefix: string,
  shards: readonly number[],
  found: (shard: number, rest: string) => void,
): Promise<void> {
  let next = 0;
  let startAfter = '';
  while (next < shards.length) {
    const from = before(prefix, shards[next]!);
    const page = Math.max(least, Math.min(most, 2 * (shards.at(-1)! - shards[next]! + 1)));
    let keys = 0;
    let last = -1;
    for await (const { key } of store.list(prefix, {
      startAfter: startAfter > from ? startAfter : from,
      limit: page,
    })) {
      keys++;
      startAfter = key;
      last = Number(key.slice(prefix.length, prefix.length + digits));
      while (next < shards.length && shards[next]! < last) next++;
      if (shards[next] === last) found(last, key.slice(prefix.length + digits));
      if (last > shards.at(-1)!) return;
    }
    if (keys < page) return;
    // Of the last shard there may be more on the next page.
    while (next < shards.length && shards[next]! < last) next++;
  }
}

const digits = shardName(0).length;

/** The last key that is before all of the shard's. */
const before = (prefix: string, shard: number): string =>
  shard === 0 ? prefix : `${prefix}${shardName(shard - 1)}~`;
