import { shardName } from '../contract/run/keys.ts';
import type { AttemptRecord } from '../contract/run/records.ts';
import { type Entry, entryAfter } from './entries.ts';
import { ItemList } from './items/item-list.ts';
import { type GivenRound, givenSource } from './items/round-source.ts';
import { ArrayReader, isClaimed } from './look/array-reader.ts';
import { type LedgerPorts, type LookPorts, lookPorts } from './look/look-ports.ts';
import { readMarksAlone } from './look/read-moved.ts';
import { ShardRecords } from './look/records.ts';
import { type ArrayState, phases, type RoundStep } from './look/round-step.ts';
import { Suspects } from './look/suspects.ts';
import { RoundSteps } from './round-steps.ts';
import type { ShardState } from './shard-state.ts';

/** A shard of a step in a round. */
export interface ShardPlace {
  readonly round: number;
  readonly step: string;
  readonly shard: number;
}

/** A round that this caller has sent, with who has claimed its arrays. */
export interface SentRound extends GivenRound {
  /** A job, or `closed`. */
  readonly holderOf: (step: string, array: number) => string;
}

/** What has become of a shard that is over, and of its items, in its round alone. */
export interface ShardEnd {
  readonly state: ShardState;
  readonly entries: readonly Entry[];
}

export interface EndsInput {
  /** Batch is asked no oftener, in ms, but about what a record says has failed. */
  readonly everyMs: number;
  /** Milliseconds; a clock of its own for tests. */
  readonly now?: () => number;
  /** Children of one page of Batch's listings: a thousand when left out. */
  readonly page?: number;
}

/**
 * Which shards of some rounds are over, and how, as a ledger's reader has it and by the same look; for who sends the rounds, and
 * waits for what is in them, for days. Rounds come from its memory. Marks are looked for first, of what is waited for alone,
 * and Batch is asked now and then, and about ends alone. What is done is so by its mark; that something has failed is told once
 * Batch was asked, and marks were looked for behind that.
 */
export class EndsReader {
  readonly #look: LookPorts;
  readonly #arrays: ArrayReader;
  readonly #suspects: Suspects;
  readonly #steps = new RoundSteps(new ItemList());
  readonly #parts = new Map<number, readonly RoundStep[]>();
  readonly #everyMs: number;
  #askedAt: number;
  #reading: Promise<void> = Promise.resolve();

  constructor(ports: LedgerPorts, { everyMs, now = Date.now, page }: EndsInput) {
    this.#look = lookPorts(ports, { now, endsOnly: true, ...(page === undefined ? {} : { page }) });
    this.#everyMs = everyMs;
    this.#suspects = new Suspects(this.#look, everyMs);
    this.#arrays = new ArrayReader(this.#look, this.#suspects);
    this.#askedAt = now();
  }

  /** Rounds in any order, one after the other; one that is there already stays. */
  async add(round: SentRound): Promise<void> {
    if (this.#parts.has(round.plan.round)) return;
    const source = givenSource(round);
    await this.#steps.add(source, round.plan);
    const parts = await this.#steps.read(source, round.plan);
    for (const part of parts) {
      for (const state of part.arrays) isClaimed(state, round.holderOf(part.step.name, state.array.array));
      part.update();
    }
    this.#parts.set(round.plan.round, parts);
  }

  /** Learns which of these are over; with `isNow` Batch is asked whenever it was asked last. One look after the other. */
  read(places: readonly ShardPlace[], { isNow = false }: { readonly isNow?: boolean } = {}): Promise<void> {
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#read(places, isNow));
    return this.#reading;
  }

  async #read(places: readonly ShardPlace[], isNow: boolean): Promise<void> {
    const before = this.#openOf(places);
    await readMarksAlone(this.#look.store, before);
    update(before);
    const open = this.#openOf(places);
    const isDue =
      isNow ||
      this.#look.now() - this.#askedAt >= this.#everyMs ||
      open.some(({ isUnread }) => isUnread) ||
      this.#suspects.of(open).length > 0;
    if (open.length === 0 || !isDue) return;
    this.#arrays.begin(false);
    await this.#arrays.read(open);
    update(open);
    this.#askedAt = this.#look.now();
  }

  /** As it was read last. */
  isOver(place: ShardPlace): boolean {
    const part = this.#partOf(place);
    const { shard } = place;
    if (part.done[shard]) return part.settled[shard] === 1;
    return part.phase[shard] === phases.over && !part.arrayOf(shard).isUnread;
  }

  /** Undefined of what is not over. */
  endOf(place: ShardPlace): ShardEnd | undefined {
    if (!this.isOver(place)) return undefined;
    const part = this.#partOf(place);
    const { first, positionOf } = part.lines;
    const state = part.stateOf(place.shard);
    const entries: Entry[] = [];
    for (let line = first[place.shard]!; line < first[place.shard + 1]!; line++) {
      const item = part.items.list.at(positionOf(line));
      entries.push(entryAfter(undefined, state, item, part.recordOf(place.shard, item.name, line)));
    }
    return { state, entries };
  }

  /** The whole record of the newest attempt of what is not done; undefined where none has left one. */
  async recordOf(place: ShardPlace): Promise<AttemptRecord | undefined> {
    const part = this.#partOf(place);
    let newest: AttemptRecord | undefined;
    await new ShardRecords().read(
      this.#look.store,
      `${part.resultsPrefix}${shardName(place.shard)}`,
      place.shard,
      part.names.get(place.shard) ?? [],
      record => {
        if (!newest || record.endedAt > newest.endedAt) newest = record;
      },
    );
    return newest;
  }

  #partOf({ round, step }: ShardPlace): RoundStep {
    const part = this.#parts.get(round)?.find(each => each.step.name === step);
    if (!part) throw new Error(`round ${round} has no step ${step} that was sent`);
    return part;
  }

  /** The arrays of those that are not over: what else was ever sent costs nothing. */
  #openOf(places: readonly ShardPlace[]): readonly ArrayState[] {
    const open = new Set<ArrayState>();
    for (const place of places) if (!this.isOver(place)) open.add(this.#partOf(place).arrayOf(place.shard));
    return [...open];
  }
}

function update(states: readonly ArrayState[]): void {
  for (const part of new Set(states.map(state => state.part))) part.update();
}
