import { createHash } from 'node:crypto';
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
}

/** Lines and index of `items` cut into shards of the given sizes. */
export function encodeShards(shards: readonly (readonly Item[])[]): ShardFile {
  const bodies = shards.map(items => Buffer.from(items.map(encodeItem).join('')));
  const index = Buffer.alloc(entryBytes * (bodies.length + 1));
  let offset = 0;
  bodies.forEach((body, shard) => {
    index.writeBigUInt64LE(BigInt(offset), shard * entryBytes);
    digest8(body).copy(index, shard * entryBytes + 8);
    offset += body.length;
  });
  index.writeBigUInt64LE(BigInt(offset), bodies.length * entryBytes);
  return { items: Buffer.concat(bodies), index, shards: bodies.length };
}

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
  if (!digest8(lines).equals(digest)) return undefined;
  return decodeItems(lines);
}

export function decodeItems(lines: Buffer): readonly Item[] {
  const text = lines.toString('utf8');
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as Item);
}

/** An item's line. */
export const encodeItem = ({ name, of, labels }: Item): string =>
  `${JSON.stringify({ name, ...(of === undefined ? {} : { of }), ...(labels && Object.keys(labels).length > 0 ? { labels } : {}) })}\n`;
const digest8 = (body: Buffer): Buffer => createHash('sha256').update(body).digest().subarray(0, 8);
