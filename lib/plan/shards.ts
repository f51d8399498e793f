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
export function cutShards(items: readonly Item[], cut: Cut): readonly (readonly Item[])[] {
  if (cut.shards !== undefined) return evenly(items, Math.min(cut.shards, items.length));
  const size = cut.itemsPerShard ?? 1;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, shard) =>
    items.slice(shard * size, (shard + 1) * size),
  );
}

function evenly(items: readonly Item[], shards: number): readonly (readonly Item[])[] {
  return Array.from({ length: shards }, (_, shard) =>
    items.slice(
      Math.floor((shard * items.length) / shards),
      Math.floor(((shard + 1) * items.length) / shards),
    ),
  );
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
