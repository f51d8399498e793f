import type { Shards } from '../contract/run/encode-shards.ts';
import type { Item } from '../contract/workload/workload.ts';

/** How items are cut: so many shards, or so many items a shard. */
export interface Cut {
  readonly shards?: number;
  readonly itemsPerShard?: number;
}

/** SubmitJob's limit for one array. */
const largestArray = 10_000;
/** Jobs that a job can wait for; an array is one. */
export const mostDependencies = 20;

/**
 * Consecutive items in shards. `shards` makes exactly that many (or one an item where there are fewer items), sizes
 * differing by at most one; `itemsPerShard` fills each but the last.
 */
export function cutShards(items: readonly Item[], cut: Cut): Shards {
  const { shards } = cut;
  const size = cut.itemsPerShard ?? 1;
  if (shards === undefined) return slices(items, Math.ceil(items.length / size), shard => shard * size);
  const count = Math.min(shards, items.length);
  return slices(items, count, shard => Math.floor((shard * items.length) / count));
}

/** Slices of a list, each made when it is looked at: a million of them are no arrays. */
const slices = (items: readonly Item[], length: number, start: (shard: number) => number): Shards => ({
  length,
  list: items,
  *[Symbol.iterator]() {
    for (let shard = 0; shard < length; shard++) yield items.slice(start(shard), start(shard + 1));
  },
});

/** The shards of several lists as those of one. */
export function joined(lists: readonly Shards[]): Shards {
  if (lists.length === 1) return lists[0]!;
  return {
    length: lists.reduce((sum, list) => sum + list.length, 0),
    *[Symbol.iterator]() {
      for (const list of lists) yield* list;
    },
  };
}

/** Items of all shards. */
export function countOf(shards: Shards): number {
  if (shards.list) return shards.list.length;
  let count = 0;
  for (const shard of shards) count += shard.length;
  return count;
}

/** Arrays of at most so many that cover the shards; never one of a single child after a full one is split evenly. */
export function cutArrays(
  shards: number,
  most = largestArray,
): readonly { readonly offset: number; readonly size: number }[] {
  const count = Math.ceil(shards / most);
  return Array.from({ length: count }, (_, array) => {
    const offset = Math.floor((array * shards) / count);
    return { offset, size: Math.floor(((array + 1) * shards) / count) - offset };
  });
}
