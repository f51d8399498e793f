import type { Item } from '../workload/workload.ts';
import { type Bytes, piecesOf } from './bytes.ts';
import { linePieces } from './list-text.ts';

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
export function plainNames(bytes: Bytes): readonly Item[] | undefined {
  const lines = namesIn(bytes);
  if (!lines || hasTwins(bytes, lines)) return undefined;
  const { count, starts, lengths } = lines;
  // As long as it will be: one that grows is there twice.
  const items = new Array<Item>(count);
  let line = 0;
  let end = 0;
  for (const piece of linePieces(bytes)) {
    const base = end;
    for (end += piece.length; line < count && starts[line]! < end; line++) {
      const from = starts[line]! - base;
      items[line] = { name: piece.toString('latin1', from, from + lengths[line]!) };
    }
  }
  return items;
}

/** Plain names as columns. */
interface Names {
  readonly count: number;
  readonly starts: Float64Array;
  readonly lengths: Uint8Array;
  /** FNV-1a of each in one case. */
  readonly hashes: Int32Array;
}

/** Undefined where a line is no plain name. */
function namesIn(bytes: Bytes): Names | undefined {
  const most = countOf(bytes, newline) + 1;
  const [starts, lengths, hashes] = [new Float64Array(most), new Uint8Array(most), new Int32Array(most)];
  let count = 0;
  let base = 0;
  for (const piece of linePieces(bytes)) {
    for (let at = 0; at < piece.length; count++) {
      const from = at;
      let seen = 0;
      let hash = 0x811c9dc5;
      for (; at < piece.length; at++) {
        const byte = piece[at]!;
        if (byte === newline || byte === carriageReturn) break;
        const kind = kinds[byte]!;
        if (kind === 0) return undefined;
        seen |= kind;
        hash = Math.imul(hash ^ folded(byte), 0x01000193);
      }
      if (seen < 2 || at - from > longestName) return undefined;
      starts[count] = base + from;
      lengths[count] = at - from;
      hashes[count] = hash;
      if (piece[at] === carriageReturn) at++;
      if (at < piece.length && piece[at++] !== newline) return undefined;
    }
    base += piece.length;
  }
  return count === 0 ? undefined : { count, starts, lengths, hashes };
}

function countOf(bytes: Bytes, byte: number): number {
  let count = 0;
  for (const piece of piecesOf(bytes))
    for (let at = piece.indexOf(byte); at >= 0; at = piece.indexOf(byte, at + 1)) count++;
  return count;
}

/** Of these bytes none but letters change, and no two become the same. */
const folded = (byte: number): number => byte | 0x20;

/** Whether a name is there twice, in whatever case. Open addressing, places + 1. */
function hasTwins(bytes: Bytes, { count, starts, lengths, hashes }: Names): boolean {
  const table = new Uint32Array(2 ** Math.ceil(Math.log2(count * 1.5 + 1)));
  const mask = table.length - 1;
  const nameAt = (line: number): Buffer => bytes.slice(starts[line]!, starts[line]! + lengths[line]!);
  const isSame = (a: number, b: number): boolean => {
    if (hashes[a] !== hashes[b] || lengths[a] !== lengths[b]) return false;
    const one = Buffer.from(nameAt(a));
    const other = nameAt(b);
    for (let i = 0; i < lengths[a]!; i++) if (folded(one[i]!) !== folded(other[i]!)) return false;
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
