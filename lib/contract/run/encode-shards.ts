import { createHash, type Hash } from 'node:crypto';
import type { Bytes } from '../list/bytes.ts';
import { Lines } from '../list/lines.ts';
import type { Item } from '../workload/workload.ts';
import { digest8, encodeItem, entryBytes, writeOffset } from './shard-index.ts';

/** Items of a step as they are stored: a line each, and the index of their shards. */
export interface ShardFile {
  /** Lines, encoded when they are first asked for; on disk where they are many. */
  readonly items: Bytes;
  readonly index: Buffer;
  readonly shards: number;
  /** The list that these are the lines of, all of it in its order; undefined where they are put together of several. */
  readonly list?: readonly Item[];
}

/** Shards one after the other: their items need not all be there at once. */
export interface Shards extends Iterable<readonly Item[]> {
  readonly length: number;
  /** The list that they are slices of, all of it in its order. */
  readonly list?: readonly Item[];
}

/** Lines and index of items cut into shards. */
export function encodeShards(shards: Shards): ShardFile {
  let made: Encoded | undefined;
  const encoded = (): Encoded => {
    made ??= encode(shards);
    return made;
  };
  const { length, list } = shards;
  return {
    get items() {
      return encoded().items;
    },
    get index() {
      return encoded().index;
    },
    shards: length,
    ...(list ? { list } : {}),
  };
}

type Encoded = Pick<ShardFile, 'items' | 'index'>;

function encode(shards: Shards): Encoded {
  const index = Buffer.alloc(entryBytes * (shards.length + 1));
  const lines = new Lines();
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let [start, end] = [0, 0];
  /** Of the shard's lines that have left the block. */
  let digest: Hash | undefined;
  /** Makes room; what begins at `start` belongs to a shard that goes on. */
  const empty = (): void => {
    lines.appendCopy(block.subarray(0, end));
    if (end > start) {
      digest ??= createHash('sha256');
      digest.update(block.subarray(start, end));
    }
    [start, end] = [0, 0];
  };
  const append = (text: string): void => {
    // UTF-8 has three bytes at most for each of a string's units.
    if (end + text.length * 3 > block.length) empty();
    if (text.length * 3 > block.length) block = Buffer.allocUnsafeSlow(text.length * 3);
    end += block.write(text, end);
  };
  let shard = 0;
  for (const items of shards) {
    writeOffset(index, lines.length + end, shard);
    start = end;
    let text = '';
    for (const item of items) {
      text += encodeItem(item);
      if (text.length < textAtOnce) continue;
      append(text);
      text = '';
    }
    append(text);
    const last = block.subarray(start, end);
    const own = digest ? digest.update(last).digest('binary').slice(0, 8) : digest8(last);
    digest = undefined;
    index.write(own, shard * entryBytes + 8, 8, 'latin1');
    shard++;
  }
  start = end;
  empty();
  writeOffset(index, lines.length, shards.length);
  return { items: lines, index };
}

/** Length of what is one text on its way: all lines together may be longer than any text can be. */
const textAtOnce = 4096;
const blockBytes = 64 * 1024;
