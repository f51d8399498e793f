import { byUtf8 } from './key-order.ts';

/** `from` to `end`, the end not among them. */
const runs = [
  ['0', ':'],
  ['a', '{'],
  ['A', '['],
] as const;

/** What is known of a range of keys: the first of it and the last that has come, and the key with which it ends. */
export interface KnownRange {
  readonly first: string;
  readonly after: string;
  readonly until: string | undefined;
}

/**
 * A key between what has come of a range and its end, as far from both as what is known lets one guess. Where all that has come lies in
 * one folder, the end of that folder; else at the first place that is a digit or a letter and has room above it, half way up to the end,
 * or to the last digit or letter. Undefined where no place has room. Wherever it lies, a listing that is cut there is whole; it only says
 * how even the pieces may be.
 */
export function splitKey(prefix: string, { first, after, until }: KnownRange): string | undefined {
  const folder = sharedFolder(first, after);
  if (folder.length > prefix.length) {
    const end = `${folder.slice(0, -1)}0`;
    if (until === undefined || byUtf8(end, until) < 0) return end;
  }
  for (let at = prefix.length; at < after.length; at++) {
    const char = after[at]!;
    const run = runs.find(([from, end]) => char >= from && char < end);
    if (!run) continue;
    const isBound = until !== undefined && until.length > at && until.startsWith(after.slice(0, at));
    const low = after.charCodeAt(at);
    const high = Math.min(run[1].charCodeAt(0), isBound ? until.charCodeAt(at) : Number.POSITIVE_INFINITY);
    const middle = (low + high + 1) >> 1;
    if (middle > low && middle < high) return after.slice(0, at) + String.fromCharCode(middle);
  }
  return undefined;
}

/** With its slash, behind which `0` is the next character. */
function sharedFolder(a: string, b: string): string {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return a.slice(0, a.slice(0, shared).lastIndexOf('/') + 1);
}
