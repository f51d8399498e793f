import type { JobDetail } from '../../contract/ports/ports.ts';
import { resultsPrefix } from '../../contract/run/keys.ts';
import type { ItemRecord } from '../../contract/run/records.ts';
import type { PlannedArray, PlannedStep, RoundPlan } from '../../contract/run/run.ts';
import { itemState, itemStates } from '../entries.ts';
import type { ShardLines } from '../items/shard-lines.ts';
import type { StepItems } from '../items/step-items.ts';
import { isEnded, isRunning, type Known, type ReadRecord, type ShardState } from '../shard-state.ts';
import { ShardRecords } from './records.ts';

/** Whether a shard has ended (or is done), waits or runs. */
export const phases = { over: 0, waiting: 1, running: 2 } as const;

/** What is known of an array: who may work on it, and what of its shards nothing else is known of. */
export interface ArrayState {
  readonly array: PlannedArray;
  readonly part: RoundStep;
  /** Who has claimed it; kept, for a claim never changes. */
  holder?: string;
  jobId?: string;
  base: Known;
  /** What Batch said of it when all of it was read last; other words where a child has gone on since. */
  told?: string;
  /** Its children by their statuses, as Batch said then. */
  summary?: JobDetail['statusSummary'];
  /** Whether a child of it can begin, or has and is not over: by its summary. */
  mayStart?: boolean;
  /** When its children were listed. */
  listedAt?: number;
  /** Children that have succeeded without a mark, as they were listed last. */
  succeeded: number;
  /** A child has ended since: its marks are to be read. */
  isUnread?: boolean;
  /** When a child of it was first seen to have gone on, while its summary has stayed as it was. */
  goneAt?: number;
  /** Its children were never asked about: Batch's rates left no room for it yet. */
  isUnasked?: boolean;
}

/** Whether all of an array is done, and what it has left is read: nothing that is told of it can become another. */
export function isAllDone({ array, part, holder }: ArrayState): boolean {
  const [from, to] = [array.offset, array.offset + array.size];
  return (
    holder !== undefined &&
    part.done.subarray(from, to).indexOf(0) < 0 &&
    part.settled.subarray(from, to).indexOf(0) < 0
  );
}

/** The shards of a step in a round: columns over shards, and over the lines of their items. */
export class RoundStep {
  readonly plan: RoundPlan;
  readonly step: PlannedStep;
  readonly items: StepItems;
  readonly lines: ShardLines;
  readonly arrays: readonly ArrayState[];
  readonly done: Uint8Array;
  readonly partial: Uint8Array;
  /** The last attempt that left a record: which, from 1. */
  readonly tries: Uint16Array;
  /** Nothing more can come of it. */
  readonly settled: Uint8Array;
  readonly known = new Map<number, Known>();
  /** Attempts of children that were seen to have ended, where that is more than left a record. */
  readonly ended = new Map<number, number>();
  /** Attempts' names of shards whose record counts. */
  readonly names = new Map<number, readonly string[]>();
  readonly records = new ShardRecords(shard => this.#namesOf(shard));
  /** Records for who wants to know what their items have used and made: some shards' at a time. */
  readonly details = new ShardRecords();
  /** How each line's item stands, by its shard in this round alone: positions in `itemStates`. */
  readonly states: Uint8Array;
  readonly phase: Uint8Array;
  readonly #changed: Uint8Array;
  #isChanged = true;

  constructor(plan: RoundPlan, step: PlannedStep, items: StepItems, lines: ShardLines) {
    this.plan = plan;
    this.step = step;
    this.items = items;
    this.lines = lines;
    const { shards } = step;
    this.done = new Uint8Array(shards);
    this.partial = new Uint8Array(shards);
    this.tries = new Uint16Array(shards);
    this.settled = new Uint8Array(shards);
    this.phase = new Uint8Array(shards);
    this.states = new Uint8Array(lines.lines);
    this.#changed = new Uint8Array(shards).fill(1);
    this.arrays = step.arrays.map(array => ({
      array,
      part: this,
      base: { status: 'unsubmitted' },
      succeeded: 0,
    }));
  }

  get resultsPrefix(): string {
    return resultsPrefix(this.plan, this.plan.round, this.step.name);
  }

  changed(shard: number): void {
    this.#changed[shard] = 1;
    this.#isChanged = true;
  }

  know(shard: number, known: Known | undefined): void {
    if (known) this.known.set(shard, known);
    else this.known.delete(shard);
    this.changed(shard);
  }

  arrayOf(shard: number): ArrayState {
    let low = 0;
    let high = this.arrays.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.arrays[middle]!.array.offset <= shard) low = middle;
      else high = middle - 1;
    }
    return this.arrays[low]!;
  }

  shardOf(line: number): number {
    const { first } = this.lines;
    let low = 0;
    let high = first.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (first[middle]! <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  knownOf(shard: number): Known {
    const own = this.known.get(shard);
    if (own) return own;
    const { base, array } = this.arrayOf(shard);
    if (array.size === 1 || base.jobId === undefined || base.status === 'forgotten') return base;
    return { ...base, jobId: `${base.jobId}:${shard - array.offset}` };
  }

  stateOf(shard: number): ShardState {
    return this.#stateBy(shard, this.details.headOf(shard) ?? this.records.headOf(shard));
  }

  /** What is done says what it has left, whatever Batch still says of its job: so nobody has to ask. */
  #stateBy(shard: number, record: ReadRecord | undefined): ShardState {
    const known = this.done[shard] ? this.#jobOf(shard) : this.knownOf(shard);
    return {
      round: this.plan.round,
      step: this.step.name,
      shard,
      done: this.done[shard] === 1,
      ...(this.done[shard] && this.partial[shard] ? { partial: true } : {}),
      lane: this.step.lanes[this.arrayOf(shard).array.lane]!,
      ...known,
      attempts: Math.max(this.tries[shard]!, known.attempts ?? 0),
      ...(record ? { record, jobId: record.jobId } : {}),
    };
  }

  #jobOf(shard: number): Known {
    const { array, jobId } = this.arrayOf(shard);
    if (jobId === undefined) return {};
    return { jobId: array.size === 1 ? jobId : `${jobId}:${shard - array.offset}` };
  }

  /** What the record of a shard says of the item of one of the round's lines. */
  recordOf(shard: number, name: string, line: number): ItemRecord | undefined {
    const records = this.details.has(shard) ? this.details : this.records;
    return records.ofItem(shard, name, line - this.lines.first[shard]!);
  }

  /** Brings the columns up to what is known; answers whether anything had changed. */
  update(): boolean {
    if (!this.#isChanged) return false;
    for (let shard = this.#changed.indexOf(1); shard >= 0; shard = this.#changed.indexOf(1, shard + 1)) {
      this.#changed[shard] = 0;
      this.#updateShard(shard);
    }
    this.#isChanged = false;
    return true;
  }

  #updateShard(shard: number): void {
    const { first } = this.lines;
    const [from, to] = [first[shard]!, first[shard + 1]!];
    const record = this.records.headOf(shard);
    const state = this.#stateBy(shard, record);
    this.phase[shard] =
      state.done || isEnded(state) ? phases.over : isRunning(state) ? phases.running : phases.waiting;
    if (!record || record.whole) this.states.fill(codeOf(itemState(state, record?.whole)), from, to);
    else
      for (let line = from; line < to; line++)
        this.states[line] = codeOf(itemState(state, this.records.markOf(shard, line - from)));
  }

  #namesOf(shard: number): readonly string[] {
    const { first, positionOf } = this.lines;
    const names: string[] = [];
    for (let line = first[shard]!; line < first[shard + 1]!; line++)
      names.push(this.items.list.nameAt(positionOf(line)));
    return names;
  }
}

export const codeOf = (state: (typeof itemStates)[number]): number => itemStates.indexOf(state);
