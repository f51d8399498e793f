import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { blocksFor, decodeIndex, type IndexEntry } from '../archive-index.ts';
import { indexKey, type PlateName, sealKey } from '../archive-keys.ts';
import { compareKeys, sha256 } from '../inventory.ts';
import { PlateError } from '../plate-error.ts';
import { decodeSeal, type Seal } from '../seal.ts';

export async function readSeal(archive: ObjectStore, plate: PlateName, digest: string): Promise<Seal> {
  const bytes = await archive.get(sealKey(plate, digest));
  if (!bytes)
    throw new PlateError([
      `the archive of ${plate.plate} is not finished: there is no ${sealKey(plate, digest)}`,
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

/** What a pattern begins with before its first wildcard. */
const beginOf = (pattern: string): string => pattern.slice(0, Math.max(0, pattern.search(/[*?]/)));

/**
 * Entries of the objects that are wanted. Patterns that are whole keys below one of `prefixes`, or begin as one, are found
 * through the top level: two small GETs; for any other the index is read once. Each piece is checked by its digest.
 */
export async function findEntries(
  archive: ObjectStore,
  plate: PlateName,
  { inventory, index }: Seal,
  patterns: readonly string[],
  prefixes: readonly string[],
  /** The index from elsewhere, where the archive's own is lost. */
  local?: Buffer,
): Promise<readonly IndexEntry[]> {
  if (local) {
    if (sha256(local) !== index.sha256)
      throw new PlateError(['the index that was given is not the one that was sealed']);
    return decodeIndex(local).filter(entry => matcher(patterns)(entry.key));
  }
  const begins = patterns.map(pattern => (/[*?]/.test(pattern) ? beginOf(pattern) : pattern));
  const areKeys =
    patterns.length > 0 && begins.every(begin => prefixes.some(prefix => begin.startsWith(prefix)));
  const numbers = areKeys
    ? new Set(begins.flatMap(begin => blocksFor(index.blocks, begin, compareKeys)))
    : new Set(index.blocks.keys());
  const isWanted = matcher(patterns);
  const key = indexKey(plate, inventory);
  const found: IndexEntry[] = [];
  for (const [from, to] of runs([...numbers].sort((a, b) => a - b))) {
    const blocks = index.blocks.slice(from, to + 1);
    const start = blocks[0]!.offset;
    const bytes = await archive.get(key, [start, blocks.at(-1)!.offset + blocks.at(-1)!.bytes]);
    for (const block of blocks) {
      const piece = bytes?.subarray(block.offset - start, block.offset - start + block.bytes);
      if (!piece || sha256(piece) !== block.sha256)
        throw new PlateError([
          `${key} is ${bytes ? 'not the index that was sealed' : 'lost'}: lab archive rebuild makes it anew from the tars`,
        ]);
      found.push(...decodeIndex(piece).filter(entry => isWanted(entry.key)));
    }
  }
  return found;
}

/** `[first, last]` of numbers that follow each other. */
function runs(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}
