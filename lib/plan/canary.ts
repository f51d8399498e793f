import type { Item } from '../contract/workload/workload.ts';
import type { Group } from './cut-step.ts';

/**
 * The items that go first and hold the rest: the list's first, its last, and one between them that the seed picks. None of
 * a list that is hardly longer.
 */
export function canaryOf(items: readonly Item[], seed: string): readonly string[] {
  const inner = items.length - 2;
  if (inner < 2) return [];
  const picked = items[1 + (Number.parseInt(seed, 16) % inner)]!;
  return [items[0]!, picked, items.at(-1)!].map(item => item.name);
}

/** A step's groups with those of the canary before the others: one item a shard, and the others only after them. */
export function canaryFirst(groups: readonly Group[], names: readonly string[]): readonly Group[] {
  const wanted = new Set(names);
  const isFirst = ({ name, of }: Item): boolean => wanted.has(of ?? name);
  const part = (group: Group, first: boolean): Group => ({
    ...group,
    items: group.items.filter(item => isFirst(item) === first),
  });
  const first = groups.map(group => part(group, true)).filter(group => group.items.length > 0);
  const rest = groups.map(group => part(group, false)).filter(group => group.items.length > 0);
  if (first.length === 0 || rest.length === 0) return groups;
  return [
    ...first.map(group => ({ ...group, holds: true as const })),
    ...rest.map(group => ({ ...group, isHeld: true as const })),
  ];
}
