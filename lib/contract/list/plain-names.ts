import type { Item } from '../workload/workload.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
/** Of a name that nothing has to be said about: see `plain` of item-names.ts. */
const longestName = 100;

/** What bytes a name may be of: 1, a digit 2, all others 0. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  return /[0-9]/.test(letter) ? 2 : /[A-Za-z_-]/.test(letter) ? 1 : 0;
});

/**
 * The items of a list that is as plain as most large ones are: a name a line of letters, digits, `_` and `-`, a digit in each,
 * and no two that differ in no more than case. It is read as its bytes, without a record a line. Undefined for any other
 * list, where there may be something to say: `parseList` reads it with all its care.
 */
export function plainNames(bytes: Buffer): readonly Item[] | undefined {
  const lines = linesOf(bytes);
  if (!lines || hasTwins(bytes, lines)) return undefined;
  const { count, starts, lengths } = lines;
  // As long as it will be: one that grows is there twice.
  const items = new Array<Item>(count);
  for (let line = 0; line < count; line++)
    items[line] = { name: bytes.toString('latin1', starts[line], starts[line]! + lengths[line]!) };
  return items;
}

/** Plain names as columns. */
interface Names {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly lengths: Uint8Array;
  /** FNV-1a of each in one case. */
  readonly hashes: Int32Array;
}

/** Undefined where a line is no plain name. */
function linesOf(bytes: Buffer): Names | undefined {
  const most = countOf(bytes, newline) + 1;
  const [starts, lengths, hashes] = [new Uint32Array(most), new Uint8Array(most), new Int32Array(most)];
  let count = 0;
  for (let at = 0; at < bytes.length; count++) {
    const from = at;
    let seen = 0;
    let hash = 0x811c9dc5;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === newline || byte === carriageReturn) break;
      const kind = kinds[byte]!;
      if (kind === 0) return undefined;
      seen |= kind;
      hash = Math.imul(hash ^ folded(byte), 0x01000193);
    }
    if (seen < 2 || at - from > longestName) return undefined;
    starts[count] = from;
    lengths[count] = at - from;
    hashes[count] = hash;
    if (bytes[at] === carriageReturn) at++;
    if (at < bytes.length && bytes[at++] !== newline) return undefined;
  }
  return count === 0 ? undefined : { count, starts, lengths, hashes };
}

function countOf(bytes: Buffer, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count++;
  return count;
}

/** Of these bytes none but letters change, and no two become the same. */
const folded = (byte: number): number => byte | 0x20;

/** Whether a name is there twice, in whatever case. Open addressing, places + 1. */
function hasTwins(bytes: Buffer, { count, starts, lengths, hashes }: Names): boolean {
  const table = new Uint32Array(2 ** Math.ceil(Math.log2(count * 1.5 + 1)));
  const mask = table.length - 1;
  const isSame = (a: number, b: number): boolean => {
    if (hashes[a] !== hashes[b] || lengths[a] !== lengths[b]) return false;
    for (let i = 0; i < lengths[a]!; i++)
      if (folded(bytes[starts[a]! + i]!) !== folded(bytes[starts[b]! + i]!)) return false;
    return true;
  };
  for (let line = 0; line < count; line++) {
    const hash = hashes[line]!;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; table[slot] !== 0; slot = (slot + 1) & mask) if (isSame(table[slot]! - 1, line)) return true;
    table[slot] = line + 1;
  }
  return false;
}
