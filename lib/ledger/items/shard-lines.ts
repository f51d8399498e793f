import type { ObjectInfo } from '../../contract/ports/ports.ts';
import type { PlannedStep } from '../../contract/run/run.ts';
import { entryBytes } from '../../contract/run/shard-index.ts';
import { readLines } from './read-lines.ts';
import type { RoundSource } from './round-source.ts';
import type { StepItems } from './step-items.ts';

/** Which items of a step each shard of a round has. */
export interface ShardLines {
  readonly lines: number;
  /** The first line of each shard, and behind the last one the number of lines. */
  readonly first: Uint32Array;
  /** The position of a line's item in the step's. */
  positionOf(line: number): number;
  /** The line of the item at a position, or -1. */
  lineOf(position: number): number;
}

/**
 * Reads the items of a step in a round, and takes in those that the step has not had. A step's first items that are stored
 * as the very bytes of the run's `manifest`, as S3's ETags say, are not read again.
 */
export async function readShardLines(
  store: RoundSource,
  step: PlannedStep,
  items: StepItems,
  manifest?: ObjectInfo,
): Promise<ShardLines> {
  const index = await store.get(step.indexKey);
  if (!index || index.length !== (step.shards + 1) * entryBytes)
    throw new Error(`the items of step ${step.name} are missing: s3://${store.bucket}/${step.indexKey}`);
  const begins = (shard: number): number => Number(index.readBigUInt64LE(shard * entryBytes));
  const bytes = begins(step.shards);
  const first = new Uint32Array(step.shards + 1);
  const positions = new Positions();
  let shard = 0;
  let at = 0;
  /** A line begins here; shards of no items begin where the next one does. */
  const beginsLine = (line: number): void => {
    while (shard <= step.shards && begins(shard) === at) first[shard++] = line;
  };
  /** Lines that are known from a position on: where shards begin among them is a look-up, and what lies between is passed over. */
  const takeKnown = (position: number, count: number, length: number): void => {
    const line = positions.length;
    for (; shard <= step.shards && begins(shard) < at + length; shard++) {
      const begin = items.positionAfter(position, begins(shard) - at);
      if (begin < 0) break;
      first[shard] = line + begin - position;
    }
    positions.addRow(position, count);
    at += length;
  };
  const same = manifest && items.isRuns && items.length === 0 && manifest.size === bytes;
  const stored = same && manifest.etag !== '' ? await store.head(step.itemsKey) : undefined;
  const all = stored && stored.size === bytes && stored.etag === manifest!.etag && items.takeAll(bytes);
  if (all) takeKnown(0, all, bytes);
  else
    for await (const piece of readLines(store, step.itemsKey, bytes)) {
      const next = positions.next ?? (items.isRuns ? items.length : undefined);
      const count = next === undefined ? undefined : items.matches(next, piece);
      if (count !== undefined) {
        takeKnown(next!, count, piece.length);
        continue;
      }
      for (let from = 0, line = positions.length; from < piece.length; line++) {
        const end = piece.indexOf(0x0a, from) + 1 || piece.length;
        beginsLine(line);
        const text = piece.subarray(from, end);
        const guess = positions.next;
        positions.add(
          guess !== undefined && items.matches(guess, text) !== undefined ? guess : items.positionOf(text),
        );
        at += end - from;
        from = end;
      }
    }
  beginsLine(positions.length);
  if (shard !== step.shards + 1)
    throw new Error(`s3://${store.bucket}/${step.indexKey} is no index of ${step.itemsKey}`);
  return { lines: positions.length, first, positionOf: positions.positionOf, lineOf: positions.lineOf };
}

/** Positions in the order of lines: a number where they are one after the other, as they mostly are. */
class Positions {
  length = 0;
  #base = 0;
  #listed: number[] | undefined;
  #inverse: Map<number, number> | undefined;

  /** What comes after the last one, where they have been one after the other. */
  get next(): number | undefined {
    if (this.length === 0) return undefined;
    return this.positionOf(this.length - 1) + 1;
  }

  add(position: number): void {
    this.addRow(position, 1);
  }

  addRow(position: number, count: number): void {
    if (this.length === 0) this.#base = position;
    else if (!this.#listed && position !== this.#base + this.length)
      this.#listed = Array.from({ length: this.length }, (_, line) => this.#base + line);
    for (let i = 0; this.#listed && i < count; i++) this.#listed.push(position + i);
    this.length += count;
  }

  positionOf = (line: number): number => this.#listed?.[line] ?? this.#base + line;

  lineOf = (position: number): number => {
    if (!this.#listed)
      return position >= this.#base && position < this.#base + this.length ? position - this.#base : -1;
    this.#inverse ??= new Map(this.#listed.map((each, line) => [each, line]));
    return this.#inverse.get(position) ?? -1;
  };
}
