import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { blocksFor, decodeIndex, type IndexBlock, type IndexEntry } from '../format/archive-index.ts';
import { indexKey, type PlateName, sealKey } from '../format/archive-keys.ts';
import { bagOf } from '../format/bag.ts';
import { compareKeys, sha256 } from '../format/inventory.ts';
import { decodeSeal, type Seal } from '../format/seal.ts';
import { keptTwice } from '../kept-twice.ts';
import { PlateError } from '../plate/plate-error.ts';

export async function readSeal(archive: ObjectStore, plate: PlateName, digest: string): Promise<Seal> {
  const bytes = await archive.get(sealKey(plate, digest));
  if (!bytes)
    throw new PlateError([
      `the archive of ${plate.plate} is not finished, or lost its ${sealKey(plate, digest)}: lab archive create finishes it`,
    ]);
  return decodeSeal(bytes);
}

/** Which objects: those that a pattern fits, all without one. `*` is anything but a slash, `**` anything, `?` one character. */
export function matcher(patterns: readonly string[]): (key: string) => boolean {
  if (patterns.length === 0) return () => true;
  const expressions = patterns.map(pattern => new RegExp(`(?:^|/)${expressionOf(pattern)}$`, 'su'));
  return key => expressions.some(each => each.test(key));
}

const expressionOf = (pattern: string): string =>
  pattern.replace(/\*\*|[*?]|[\\^$.|+()[\]{}/]/g, sign =>
    sign === '**' ? '.*' : sign === '*' ? '[^/]*' : sign === '?' ? '[^/]' : `\\${sign}`,
  );

/**
 * Entries of the objects that are wanted. Whole keys are found through the top level, with a small GET each; for any other pattern the
 * index is read once. Each piece is checked by its digest; where one is lost or damaged, the index in the tar of the index stands in.
 */
export async function findEntries(
  archive: ObjectStore,
  plate: PlateName,
  seal: Seal,
  patterns: readonly string[],
  /** The index from elsewhere, where the archive's own is lost. */
  local?: Buffer,
): Promise<readonly IndexEntry[]> {
  const { inventory, index } = seal;
  const isWanted = matcher(patterns);
  const wantedOf = (bytes: Buffer): readonly IndexEntry[] =>
    decodeIndex(bytes).filter(entry => isWanted(entry.key));
  if (local) {
    if (sha256(local) !== index.sha256 && !isOfTars(decodeIndex(local), seal))
      throw new PlateError(['the index that was given is not the one that was sealed']);
    return wantedOf(local);
  }
  const read = (numbers: readonly number[]): Promise<readonly IndexEntry[] | undefined> =>
    readBlocks(archive, indexKey(plate, inventory), index.blocks, numbers, wantedOf);
  if (patterns.length > 0 && patterns.every(pattern => !/[*?]/.test(pattern))) {
    const numbers = new Set(patterns.flatMap(pattern => blocksFor(index.blocks, pattern, compareKeys)));
    const found = (await read([...numbers].sort((a, b) => a - b))) ?? [];
    // A pattern that is no key is the end of one.
    if (patterns.every(pattern => found.some(({ key }) => key === pattern))) return found;
  }
  return (
    (await read([...index.blocks.keys()])) ??
    wantedOf(await keptTwice(archive, plate, inventory, 'index.ndjson', index.sha256))
  );
}

/**
 * Whether an index has what the archive was sealed with: every name in the tars with its SHA-256. Made of the tars where the
 * inventory is lost, too, it lacks what the inventory alone knew of the source.
 */
export const isOfTars = (entries: readonly IndexEntry[], { manifest }: Seal): boolean =>
  sha256(bagOf(entries, {})['manifest-sha256.txt']) === manifest;

/** Undefined where one is not the one that was sealed. */
async function readBlocks(
  archive: ObjectStore,
  key: string,
  all: readonly IndexBlock[],
  numbers: readonly number[],
  entriesOf: (bytes: Buffer) => readonly IndexEntry[],
): Promise<readonly IndexEntry[] | undefined> {
  const found: IndexEntry[] = [];
  for (const [from, to] of runs(numbers)) {
    const blocks = all.slice(from, to + 1);
    const start = blocks[0]!.offset;
    const bytes = await archive.get(key, [start, blocks.at(-1)!.offset + blocks.at(-1)!.bytes]);
    for (const block of blocks) {
      const piece = bytes?.subarray(block.offset - start, block.offset - start + block.bytes);
      if (!piece || sha256(piece) !== block.sha256) return undefined;
      found.push(...entriesOf(piece));
    }
  }
  return found;
}

/** Of one GET: all of a plate's at once are tens of megabytes, and as much again while they arrive. */
const mostBlocks = 32;

/** `[first, last]` of numbers that follow each other, so many of them at most. */
function runs(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && last[1] + 1 === number && number - last[0] < mostBlocks) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}
