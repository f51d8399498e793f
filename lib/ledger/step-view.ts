import type { Edge, Item } from '../contract/workload/workload.ts';
import { type Entry, entryAfter, type ItemState, isWell, itemStates, keepsBefore } from './entries.ts';
import type { ItemList } from './items/item-list.ts';
import type { StepItems } from './items/step-items.ts';
import { codeOf, type RoundStep } from './look/round-step.ts';
import { isUnderWay } from './shard-state.ts';

export const wellCode = (code: number): boolean => isWell(itemStates[code]!);
const waitingCode = codeOf('waiting');
const failedCode = codeOf('failed');
const never = 0xffff;

/** Whether it is known already how what stands at a position is in a round. */
export type IsKnown = (position: number, round: number) => boolean;

/** A step of a run over all its rounds: how each of its items stands, by its position. */
export class StepView implements Iterable<Entry> {
  readonly name: string;
  readonly dependsOn: readonly Edge[];
  readonly items: StepItems;
  readonly parts: readonly RoundStep[];
  readonly owners: Owners;
  /** Positions in `itemStates`. */
  states: Uint8Array;
  /** The round that an item's state is of; undefined where there is one. */
  readonly #rounds: Uint16Array | undefined;
  #stale: Uint8Array | undefined;
  #open: Some | undefined;
  #failed: Some | undefined;

  constructor(name: string, dependsOn: readonly Edge[], parts: readonly RoundStep[], run: ItemList) {
    this.name = name;
    this.dependsOn = dependsOn;
    this.parts = parts;
    this.items = parts[0]!.items;
    this.owners = ownersOf(this.items, run);
    const only = parts.length === 1 ? parts[0] : undefined;
    // The lines of a step's first round are its items, in their order.
    if (only && only.lines.lines === this.items.length) this.states = only.states;
    else {
      this.states = new Uint8Array(this.items.length).fill(waitingCode);
      this.#rounds = new Uint16Array(this.items.length).fill(never);
      for (const part of parts) overlay(part, this.states, this.#rounds);
    }
  }

  get length(): number {
    return this.items.length;
  }

  stateAt(position: number): ItemState {
    return itemStates[this.states[position]!]!;
  }

  roundAt(position: number): number {
    return this.#rounds ? this.#rounds[position]! : this.parts[0]!.plan.round;
  }

  itemAt(position: number): Item {
    return this.items.list.at(position);
  }

  /** What was done before its input was done anew is not done. */
  makeStale(isStale: (position: number) => boolean): void {
    for (let position = 0; position < this.length; position++) {
      if (!wellCode(this.states[position]!) || !isStale(position)) continue;
      this.#stale ??= new Uint8Array(this.length);
      this.#stale[position] = 1;
    }
    if (!this.#stale) return;
    // They may be those of a round.
    this.states = this.states.slice();
    for (
      let position = this.#stale.indexOf(1);
      position >= 0;
      position = this.#stale.indexOf(1, position + 1)
    )
      this.states[position] = waitingCode;
  }

  at(position: number): Entry {
    let entry: Entry | undefined;
    const item = this.itemAt(position);
    for (const part of this.parts) {
      const line = part.lines.lineOf(position);
      if (line < 0) continue;
      const shard = part.shardOf(line);
      entry = entryAfter(entry, part.stateOf(shard), item, part.recordOf(shard, item.name, line));
    }
    return this.#stale?.[position]
      ? { ...entry!, state: 'waiting', reason: 'what it was made from was done again' }
      : entry!;
  }

  get(name: string): Entry | undefined {
    const position = this.items.indexOf(name);
    return position < 0 ? undefined : this.at(position);
  }

  /** Positions of items of these names, and of what is part of them. */
  positionsOf(names: readonly string[]): readonly number[] {
    const { list } = this.items;
    const positions = new Set<number>();
    for (const name of names) {
      const own = this.items.indexOf(name);
      if (own >= 0) positions.add(own);
    }
    const wanted = new Set(names);
    for (let position = 0; list.hasOwners && position < this.length; position++)
      if (wanted.has(list.at(position).of ?? '')) positions.add(position);
    return [...positions].sort((a, b) => a - b);
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (let position = 0; position < this.length; position++) yield this.at(position);
  }

  isUnderWay(position: number): boolean {
    return this.parts.some(part => {
      const line = part.lines.lineOf(position);
      return line >= 0 && isUnderWay(part.stateOf(part.shardOf(line)));
    });
  }

  /** What is not well. */
  get open(): Some {
    this.#open ??= this.#some(state => !wellCode(state));
    return this.#open;
  }

  /** As `Rows.failed`. */
  *failures(isKnown: IsKnown): Generator<Entry> {
    for (
      let position = this.states.indexOf(failedCode);
      position >= 0;
      position = this.states.indexOf(failedCode, position + 1)
    )
      if (!isKnown(position, this.roundAt(position))) yield this.at(position);
  }

  get failed(): Some {
    this.#failed ??= this.#some(state => state === failedCode);
    return this.#failed;
  }

  #some(fits: (state: number) => boolean): Some {
    let [first, count] = [-1, 0];
    for (let position = this.length - 1; position >= 0; position--)
      if (fits(this.states[position]!)) {
        first = position;
        count++;
      }
    return { first, count };
  }
}

/** The first of some items, and how many they are. */
export interface Some {
  readonly first: number;
  readonly count: number;
}

function overlay(part: RoundStep, states: Uint8Array, rounds: Uint16Array): void {
  const { first, positionOf } = part.lines;
  const { round } = part.plan;
  for (let shard = 0; shard < part.step.shards; shard++)
    for (let line = first[shard]!; line < first[shard + 1]!; line++) {
      const position = positionOf(line);
      const [before, now] = [states[position]!, part.states[line]!];
      const stays =
        rounds[position] !== never &&
        wellCode(before) &&
        !wellCode(now) &&
        keepsBefore(itemStates[before]!, itemStates[now]!, part.stateOf(shard));
      if (stays) continue;
      states[position] = now;
      rounds[position] = round;
    }
}

/** The run's item that each of a step's items belongs to. */
export interface Owners {
  /** Whether the step's items are its own, and not the run's. */
  readonly isOwnList: boolean;
  /** A position in the run's items; beyond them for a name that is none of theirs; -1: it belongs to all. */
  of(position: number): number;
  /** Positions of what belongs to one of the run's items, and to all. */
  positionsOf(owner: number): readonly number[];
  readonly common: readonly number[];
}

const known = new WeakMap<
  StepItems,
  { readonly run: number; readonly length: number; readonly owners: Owners }
>();

function ownersOf(items: StepItems, run: ItemList): Owners {
  const before = known.get(items);
  if (before && before.run === run.length && before.length === items.length) return before.owners;
  const owners = items.isRuns && !items.list.hasOwners ? sameOwners(items) : listedOwners(items, run);
  known.set(items, { run: run.length, length: items.length, owners });
  return owners;
}

const sameOwners = (items: StepItems): Owners => ({
  isOwnList: false,
  of: position => position,
  positionsOf: owner => (owner < items.length ? [owner] : []),
  common: [],
});

function listedOwners({ list, length }: StepItems, run: ItemList): Owners {
  const owners = new Int32Array(length);
  const strangers = new Map<string, number>();
  const common: number[] = [];
  let isOwnList = false;
  for (let position = 0; position < length; position++) {
    const { of, name } = list.hasOwners ? list.at(position) : { of: undefined, name: '' };
    let owner = of === undefined ? run.indexOfLine(list.lineAt(position)) : run.indexOf(of);
    if (owner < 0 && of !== undefined) {
      owner = strangers.get(of) ?? run.length + strangers.size;
      strangers.set(of, owner);
    }
    if (owner < 0) common.push(position);
    if (owner < 0 || (of !== undefined && of !== name)) isOwnList = true;
    owners[position] = owner;
  }
  const ends = new Uint32Array(run.length + 1);
  for (const owner of owners) if (owner >= 0 && owner < run.length) ends[owner + 1]!++;
  for (let owner = 0; owner < run.length; owner++) ends[owner + 1]! += ends[owner]!;
  const next = ends.slice();
  const positions = new Uint32Array(ends[run.length]!);
  owners.forEach((owner, position) => {
    if (owner >= 0 && owner < run.length) positions[next[owner]!++] = position;
  });
  return {
    isOwnList,
    of: position => owners[position]!,
    positionsOf: owner => [...positions.subarray(ends[owner]!, ends[owner + 1]!)],
    common,
  };
}

/** Something over those items of a step that an item of a later step is made from: its owner's, its own, or all. */
export function perItem(step: StepView, value: (position: number) => number): (owner: number) => number {
  let common = -1;
  for (const position of step.owners.common) common = Math.max(common, value(position));
  const unseen = -2;
  let sums = new Int32Array(step.length).fill(unseen);
  let all = common;
  for (let position = 0; position < step.length; position++) {
    const owner = step.owners.of(position);
    if (owner < 0) continue;
    const own = value(position);
    all = Math.max(all, own);
    if (owner >= sums.length) {
      const more = new Int32Array(Math.max(owner + 1, sums.length * 2)).fill(unseen);
      more.set(sums);
      sums = more;
    }
    sums[owner] = Math.max(sums[owner]!, common, own);
  }
  return owner => {
    if (owner < 0) return all;
    const sum = sums[owner] ?? unseen;
    return sum === unseen ? common : sum;
  };
}
