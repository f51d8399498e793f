import { hash } from 'node:crypto';
import type { Item } from '../workload/workload.ts';

/**
 * The index beside a step's items: for each shard 16 bytes (the offset of its first line as u64 little-endian, then the
 * first 8 bytes of the SHA-256 of its lines), and one closing entry with the length. A container reads 32 bytes of it
 * and its own lines, whatever the manifest's size.
 */
export const entryBytes = 16;

export interface ShardFile {
  readonly items: Buffer;
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
  const index = Buffer.alloc(entryBytes * (shards.length + 1));
  // What is not written to takes no memory: rather too long than copied.
  let lines = Buffer.allocUnsafeSlow(64 * 1024);
  let end = 0;
  let shard = 0;
  const append = (text: string): void => {
    // UTF-8 has three bytes at most for each of a string's units.
    if (end + text.length * 3 > lines.length) {
      // All of it as long as what came first, and a quarter more.
      const likely = shard === 0 ? 0 : Math.ceil(((end * shards.length) / shard) * 1.25);
      const more = Buffer.allocUnsafeSlow(Math.max(lines.length * 4, likely, end + text.length * 3));
      lines.copy(more, 0, 0, end);
      lines = more;
    }
    end += lines.write(text, end);
  };
  for (const items of shards) {
    const from = end;
    let text = '';
    for (const item of items) {
      text += encodeItem(item);
      if (text.length < textAtOnce) continue;
      append(text);
      text = '';
    }
    append(text);
    writeOffset(index, from, shard);
    index.write(digest8(lines.subarray(from, end)), shard * entryBytes + 8, 8, 'latin1');
    shard++;
  }
  writeOffset(index, end, shards.length);
  const { list } = shards;
  return { items: lines.subarray(0, end), index, shards: shards.length, ...(list ? { list } : {}) };
}

/** Length of what is one text on its way: all lines together may be longer than any text can be. */
const textAtOnce = 4096;

/** The `[first, end)` bytes of the index that shard `shard` needs. */
export const indexRange = (shard: number): readonly [number, number] => [
  shard * entryBytes,
  (shard + 2) * entryBytes,
];

/** Where the shard's lines are, from the 32 bytes of `indexRange`. */
export function readEntry(entry: Buffer): {
  readonly range: readonly [number, number];
  readonly digest: Buffer;
} {
  if (entry.length !== 2 * entryBytes) throw new RangeError('the shard is not in the index');
  return {
    range: [Number(entry.readBigUInt64LE(0)), Number(entry.readBigUInt64LE(entryBytes))],
    digest: entry.subarray(8, 16),
  };
}

/** The shard's items, or undefined when the lines are not those that the index was made for. */
export function decodeShard(lines: Buffer, digest: Buffer): readonly Item[] | undefined {
  if (digest8(lines) !== digest.toString('latin1')) return undefined;
  return decodeItems(lines);
}

export function decodeItems(lines: Buffer): readonly Item[] {
  const items: Item[] = [];
  for (let from = 0; from < lines.length; ) {
    const end = lines.indexOf(newline, from);
    const to = end < 0 ? lines.length : end;
    if (to > from) items.push(JSON.parse(lines.toString('utf8', from, to)) as Item);
    from = to + 1;
  }
  return items;
}

const newline = 0x0a;

/** An item's line. */
export function encodeItem({ name, of, labels }: Item): string {
  // Put together by hand: of a million items the most have a name alone.
  const own = of === undefined ? '' : `,"of":${JSON.stringify(of)}`;
  const rest = labels && hasAny(labels) ? `,"labels":${JSON.stringify(labels)}` : '';
  return `{"name":${JSON.stringify(name)}${own}${rest}}\n`;
}

function hasAny(labels: object): boolean {
  for (const _ in labels) return true;
  return false;
}

/** A byte a character: a buffer for each of a million shards is four times the work of the hash. */
const digest8 = (body: Buffer): string => hash('sha256', body, 'binary').slice(0, 8);

/** A u64 of what fits into a number, in halves: a BigInt each would be thrown away at once. */
function writeOffset(index: Buffer, offset: number, shard: number): void {
  index.writeUInt32LE(offset % 2 ** 32, shard * entryBytes);
  index.writeUInt32LE(Math.floor(offset / 2 ** 32), shard * entryBytes + 4);
}
