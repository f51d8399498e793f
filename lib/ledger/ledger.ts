import type { Store } from '../contract/ports/ports.ts';
import type { Edge } from '../contract/workload/workload.ts';
import { type Entry, type ItemState, itemStates } from './entries.ts';
import { stepViews } from './fold.ts';
import type { ItemList } from './items/item-list.ts';
import { phases, type RoundStep } from './look/round-step.ts';
import { streamStep } from './read-details.ts';
import { Rows } from './rows.ts';
import type { StepView } from './step-view.ts';
import { type Unsent, unsentOf } from './unsent.ts';

export type { ItemState } from './entries.ts';
export type { StepRow } from './fold.ts';
export type { LedgerRow } from './rows.ts';

/** How the items of a step stand: of the run's, or of its own where it has such. */
export interface StepCounts {
  readonly step: string;
  readonly items: number;
  readonly counts: Readonly<Record<ItemState, number>>;
}

export interface Ledger {
  /** Made one by one as they are asked for: a million of them are never there at once. */
  readonly rows: Rows;
  readonly counts: Readonly<Record<ItemState, number>>;
  readonly steps: readonly StepCounts[];
  /** Items that are worked on now. */
  readonly atWork: number;
  /** Items that count as waiting, as Batch was not asked about their jobs yet: a look that spares it leaves them to the next ones. */
  readonly unasked: number;
  /** Whether nothing of the run can change any more without a retry. */
  readonly ended: boolean;
  /** What is planned and no job of Batch yet. */
  readonly unsent: Unsent;
  /** What each step's own items have come to, for whoever plans what is next. */
  readonly entries: readonly StepView[];
  /** Whether a record is read for every row that is shown: not where there are more shards than `detailedShards`. */
  readonly isDetailed: boolean;
  /** What a step's own items have come to, one after the other, with what is in their records. */
  stream(
    step: StepView,
    choice?: { readonly details?: boolean; readonly positions?: readonly number[] },
  ): AsyncGenerator<Entry>;
  /** Whether a shard with this item of the step is under way. */
  isUnderWay(step: string, name: string): boolean;
}

/** Shards up to which verbs that show rows read every record unasked, for times and outputs of what is done. */
export const detailedShards = 2000;

export interface FoldInput {
  readonly items: ItemList;
  /** The shards of each round's steps, in the order of the rounds. */
  readonly parts: readonly RoundStep[];
  readonly edges: (step: string) => readonly Edge[];
  /** Where records of what is done are read from, for who asks what it has made. */
  readonly store: Store;
}

/** What shards have come to, as the items of the run: columns, and a row where somebody looks at one. */
export function foldLedger({ items, parts, edges, store }: FoldInput): Ledger {
  const steps = stepViews(parts, items, edges);
  const rows = new Rows(items, steps, store, parts);
  const isDetailed = parts.reduce((sum, { step }) => sum + step.shards, 0) <= detailedShards;
  return {
    rows,
    counts: countsOf(rows.states, rows.length),
    steps: steps.map(step => countsOfStep(step, items.length)),
    atWork: itemsAtWork(parts),
    unasked: unaskedItems(parts),
    ended: parts.every(({ phase }) => phase.every(each => each === phases.over)),
    unsent: unsentOf(parts),
    entries: steps,
    isDetailed,
    stream: (step, choice) => streamStep(store, parts, step, { details: isDetailed, ...choice }),
    isUnderWay: (name, item) => {
      const step = steps.find(each => each.name === name);
      const position = step?.items.indexOf(item) ?? -1;
      return position >= 0 && step!.isUnderWay(position);
    },
  };
}

/** Of a step that has the run's items, those alone count that are among them. */
function countsOfStep({ name, states, owners, length }: StepView, items: number): StepCounts {
  const counts = countsOf(states, length, position => owners.isOwnList || owners.of(position) < items);
  return { step: name, items: Object.values(counts).reduce((sum, each) => sum + each, 0), counts };
}

function countsOf(
  states: Uint8Array,
  length: number,
  isCounted: (position: number) => boolean = () => true,
): Record<ItemState, number> {
  const found = new Uint32Array(itemStates.length);
  for (let position = 0; position < length; position++) if (isCounted(position)) found[states[position]!]!++;
  return Object.fromEntries(itemStates.map((state, code) => [state, found[code]!])) as Record<
    ItemState,
    number
  >;
}

function unaskedItems(parts: readonly RoundStep[]): number {
  let items = 0;
  for (const { arrays, done, lines } of parts)
    for (const { array, isUnasked } of arrays)
      for (let shard = array.offset; isUnasked && shard < array.offset + array.size; shard++)
        if (!done[shard]) items += lines.first[shard + 1]! - lines.first[shard]!;
  return items;
}

/** Items that are worked on now: a shard that runs does one after the other, unless its step takes them together. */
export function itemsAtWork(parts: readonly RoundStep[]): number {
  const oneByOne = new Set(parts.filter(({ step }) => step.takes === 'item').map(({ step }) => step.name));
  let atWork = 0;
  for (const { phase, step, lines } of parts)
    for (let shard = 0; shard < step.shards; shard++)
      if (phase[shard] === phases.running)
        atWork += oneByOne.has(step.name) ? 1 : lines.first[shard + 1]! - lines.first[shard]!;
  return atWork;
}
