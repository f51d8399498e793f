import type { Shards } from '../contract/run/encode-shards.ts';
import type { Item, RunRequest, StepSpec, WorkloadSpec } from '../contract/workload/workload.ts';
import { cutShards } from './shards.ts';
import type { Change } from './sizes.ts';
import { edgesOf, isMain } from './steps.ts';

/** Items of a step that are done alike. */
export interface Group {
  readonly items: readonly Item[];
  /** What they get that the step's others do not. */
  readonly change?: Change;
  /** Of the canary: one item a shard. */
  readonly holds?: true;
  /** It begins when the canary is done. */
  readonly isHeld?: true;
}

/** Shards that go into arrays of their own. */
export interface CutGroup {
  readonly shards: Shards;
  readonly change: Change;
  /** The group of the step that it follows shard by shard. */
  readonly pair?: number;
  /** It begins when the group before it is over. */
  readonly inTurn?: true;
  /** Of the canary: groups that are held begin when all of these are done. */
  readonly holds?: true;
  readonly isHeld?: true;
}

/**
 * A step's groups in shards. One that goes shard by shard with another has, for what is open in both, the other's very
 * shards; what is open in it alone has shards of its own, which wait for nothing.
 */
export function cutStep(
  spec: WorkloadSpec,
  step: StepSpec,
  groups: readonly Group[],
  request: RunRequest,
  cuts: Readonly<Record<string, readonly CutGroup[]>>,
): readonly CutGroup[] {
  const each = edgesOf(step).find(edge => edge.when === 'each');
  const first = each && cuts[each.step];
  const turns = turnsOf(step, request);
  if (turns > 1) return cutInTurn(spec, step, groups, request, turns);
  if (!first) return cutGroups(spec, step, groups, request);
  const wanted = new Map(
    groups.flatMap(group => group.items.map(item => [item.name, { item, group }] as const)),
  );
  const paired = first.map(
    (cut, pair): CutGroup => ({
      shards: Array.from(cut.shards, shard => shard.map(item => wanted.get(item.name)?.item ?? item)),
      change: {},
      pair,
      ...heldAs(cut),
    }),
  );
  const names = new Set(first.flatMap(cut => [...cut.shards].flat().map(item => item.name)));
  const rest = groups.map(group => ({ ...group, items: group.items.filter(item => !names.has(item.name)) }));
  return [...paired, ...cutGroups(spec, step, rest, request)];
}

/** How many groups a step is done in, one after the other. */
const turnsOf = (step: StepSpec, { parameters }: RunRequest): number =>
  step.inTurn === undefined ? 1 : Number(parameters[step.inTurn] ?? 1);

/** The items in `turns` groups, sizes differing by at most one, each cut as all of them would be. */
function cutInTurn(
  spec: WorkloadSpec,
  step: StepSpec,
  groups: readonly Group[],
  request: RunRequest,
  turns: number,
): readonly CutGroup[] {
  return groups.flatMap(group =>
    [...cutShards(group.items, { shards: group.holds ? 1 : turns })].flatMap((turn, index) =>
      cutGroups(spec, step, [{ ...group, items: turn }], request).map(cut =>
        index === 0 ? cut : { ...cut, inTurn: true as const },
      ),
    ),
  );
}

function cutGroups(
  spec: WorkloadSpec,
  step: StepSpec,
  given: readonly Group[],
  request: RunRequest,
): readonly CutGroup[] {
  const groups = given.filter(group => group.items.length > 0);
  if (groups.length === 0) return [];
  if (step.takes === 'run')
    return [{ shards: [groups.flatMap(group => group.items)], change: groups[0]!.change ?? {} }];
  const asked: Pick<RunRequest, 'shards' | 'itemsPerShard'> = isMain(spec, step) ? request : {};
  const total = groups.reduce((sum, group) => sum + group.items.length, 0);
  return groups.map(({ items, change = {}, ...held }) => ({
    shards: cutShards(
      items,
      held.holds
        ? { itemsPerShard: 1 }
        : asked.shards === undefined
          ? { itemsPerShard: asked.itemsPerShard ?? step.itemsPerShard ?? 1 }
          : { shards: Math.max(1, Math.round((asked.shards * items.length) / total)) },
    ),
    change,
    ...heldAs(held),
  }));
}

const heldAs = ({ holds, isHeld }: Pick<Group, 'holds' | 'isHeld'>): Pick<Group, 'holds' | 'isHeld'> => ({
  ...(holds ? { holds } : {}),
  ...(isHeld ? { isHeld } : {}),
});
