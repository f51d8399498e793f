import type { SourceObject } from './inventory.ts';
import { sha256 } from './inventory.ts';
import type { PlacedMember } from './layout.ts';
import { encodeLines } from './lines.ts';

/** What is known of one object of an archive: a line of the index. */
export interface IndexEntry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Number of the tar, from 0; undefined for a folder marker, which no tar holds. */
  readonly tar?: number;
  /** Of the object's first byte in the tar. */
  readonly offset?: number;
  /** Where the name in the tar is not `data/` and the key. */
  readonly member?: string;
  /** Hex. */
  readonly sha256: string;
  /** Hex, 8 digits. */
  readonly crc32: string;
  /** Of the source object. */
  readonly etag: string;
  readonly versionId?: string;
  /** ISO 8601, with milliseconds. */
  readonly modified: string;
}

/** SHA-256 of nothing. */
export const sha256OfNothing = sha256('');

export const hex32 = (crc32: number): string => crc32.toString(16).padStart(8, '0');

const sourceOf = ({ etag, versionId, modified }: SourceObject) => ({
  etag,
  ...(versionId === undefined ? {} : { versionId }),
  modified: new Date(modified).toISOString(),
});

/** The entry of an object whose bytes went through our hands. */
export const entryOf = (
  { object, name, tar, offset }: PlacedMember,
  sums: { readonly sha256: string; readonly crc32: number },
): IndexEntry => ({
  key: object.key,
  size: object.size,
  tar,
  offset,
  ...(name === `data/${object.key}` ? {} : { member: name }),
  sha256: sums.sha256,
  crc32: hex32(sums.crc32),
  ...sourceOf(object),
});

export const entryOfMarker = (object: SourceObject): IndexEntry => ({
  key: object.key,
  size: 0,
  sha256: sha256OfNothing,
  crc32: hex32(0),
  ...sourceOf(object),
});

export const memberOf = (entry: IndexEntry): string => entry.member ?? `data/${entry.key}`;

/** A run of the index's lines that is read, and checked, at once. */
export interface IndexBlock {
  /** Key of its first line. */
  readonly first: string;
  /** In bytes from the start of the index. */
  readonly offset: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface EncodedIndex {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly blocks: readonly IndexBlock[];
}

/** About what a block costs in the top level. */
const topBytes = 190;

/**
 * Lines of JSON in the order of the keys, and above them a sparse top level of blocks. Blocks are as large as makes top level
 * and block together smallest: whoever looks for one object reads both.
 */
export function encodeIndex(entries: Iterable<IndexEntry>): EncodedIndex {
  const bytes = encodeLines(entries, entry => JSON.stringify(entry));
  const target = Math.max(16 * 1024, Math.sqrt(topBytes * bytes.length));
  const blocks: IndexBlock[] = [];
  for (let start = 0, end = 0; end < bytes.length; ) {
    end = bytes.indexOf(10, end) + 1;
    if (end - start < target && end < bytes.length) continue;
    const block = bytes.subarray(start, end);
    const { key: first } = JSON.parse(block.toString('utf8', 0, block.indexOf(10))) as IndexEntry;
    blocks.push({ first, offset: start, bytes: block.length, sha256: sha256(block) });
    start = end;
  }
  return { bytes, sha256: sha256(bytes), blocks };
}

/** Entries of lines; throws where they break off. */
export function decodeIndex(bytes: Buffer): readonly IndexEntry[] {
  if (bytes.length === 0) return [];
  if (bytes.at(-1) !== 10) throw new Error('the index breaks off');
  return bytes
    .toString('utf8')
    .slice(0, -1)
    .split('\n')
    .map(line => JSON.parse(line) as IndexEntry);
}

/** Numbers of the blocks that may hold a key that begins with `prefix` (a whole key is a prefix of itself). */
export function blocksFor(
  blocks: readonly IndexBlock[],
  prefix: string,
  compare: (a: string, b: string) => number,
): readonly number[] {
  return blocks.flatMap((block, i) => {
    const next = blocks[i + 1]?.first;
    const endsBefore = next !== undefined && compare(next, prefix) <= 0 && next !== prefix;
    const startsAfter = compare(block.first, prefix) > 0 && !block.first.startsWith(prefix);
    return endsBefore || startsAfter ? [] : [i];
  });
}
