/** `from` to `end`, the end not among them. */
const runs = [
  ['0', ':'],
  ['a', '{'],
  ['A', '['],
] as const;

/**
 * A key between two others, as far from both as what is known lets one guess: at the first place of `after` that is a digit or a letter
 * and has room above it, half way up to `until`, or to the last digit or letter. Undefined where no place has room. Wherever it lies,
 * a listing that is cut there is whole; it only says how even the pieces may be.
 */
export function splitKey(prefix: string, after: string, until: string | undefined): string | undefined {
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
