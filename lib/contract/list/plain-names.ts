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
  const starts = startsOf(bytes);
  if (!starts || hasTwins(bytes, starts)) return undefined;
  const items: Item[] = [];
  for (let line = 0; line + 1 < starts.length; line++)
    items.push({ name: bytes.toString('latin1', starts[line]!, endOf(bytes, starts[line]!)) });
  return items;
}

/** Where each line begins, and behind the last one the end; undefined where a line is no plain name. */
function startsOf(bytes: Buffer): Uint32Array | undefined {
  let starts = new Uint32Array(1024);
  let lines = 0;
  for (let at = 0; at < bytes.length; ) {
    if (lines + 2 > starts.length) {
      const more = new Uint32Array(starts.length * 2);
      more.set(starts);
      starts = more;
    }
    starts[lines++] = at;
    const end = endOf(bytes, at);
    let seen = 0;
    for (let i = at; i < end; i++) {
      const kind = kinds[bytes[i]!]!;
      if (kind === 0) return undefined;
      seen |= kind;
    }
    if (seen < 2 || end - at > longestName) return undefined;
    at = end;
    if (bytes[at] === carriageReturn) at++;
    if (at < bytes.length && bytes[at++] !== newline) return undefined;
  }
  starts[lines] = bytes.length;
  return lines === 0 ? undefined : starts.subarray(0, lines + 1);
}

function endOf(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== newline && bytes[at] !== carriageReturn) at++;
  return at;
}

/** Of these bytes none but letters change, and no two become the same. */
const folded = (byte: number): number => byte | 0x20;

/** Whether a name is there twice, in whatever case. Open addressing, by FNV-1a. */
function hasTwins(bytes: Buffer, starts: Uint32Array): boolean {
  const lines = starts.length - 1;
  const table = new Uint32Array(2 ** Math.ceil(Math.log2(lines * 1.5 + 1)));
  const mask = table.length - 1;
  for (let line = 0; line < lines; line++) {
    const from = starts[line]!;
    const end = endOf(bytes, from);
    let hash = 0x811c9dc5;
    for (let at = from; at < end; at++) hash = Math.imul(hash ^ folded(bytes[at]!), 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; table[slot] !== 0; slot = (slot + 1) & mask)
      if (isSame(bytes, starts[table[slot]! - 1]!, from, end - from)) return true;
    table[slot] = line + 1;
  }
  return false;
}

function isSame(bytes: Buffer, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (folded(bytes[a + i]!) !== folded(bytes[b + i]!)) return false;
  return (kinds[bytes[a + length] ?? newline] ?? 0) === 0;
}
