import { hash } from 'node:crypto';
import type { Item } from '../workload/workload.ts';

/**
 * The index beside a step's items: for each shard 16 bytes (the offset of its first line as u64 little-endian, then the
 * first 8 bytes of the SHA-256 of its lines), and one closing entry with the length. A container reads 32 bytes of it
 * and its own lines, whatever the manifest's size.
 */
export const entryBytes = 16;

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
export const digest8 = (body: Buffer): string => hash('sha256', body, 'binary').slice(0, 8);

/** A u64 of what fits into a number, in halves: a BigInt each would be thrown away at once. */
export function writeOffset(index: Buffer, offset: number, shard: number): void {
  index.writeUInt32LE(offset % 2 ** 32, shard * entryBytes);
  index.writeUInt32LE(Math.floor(offset / 2 ** 32), shard * entryBytes + 4);
}
