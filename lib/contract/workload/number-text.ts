export interface Digits {
  /** Behind the point, at the least (0) and at the most (3); zeros beyond the least are left out. */
  readonly least?: number;
  readonly most?: number;
}

/**
 * `20,000.5`: what `toLocaleString('en-US')` makes of a number, halves away from zero, without the tables of every language that it
 * reads for the first number: 6 MiB of a call that formats a few.
 */
export function numberText(value: number, { least = 0, most = Math.max(3, least) }: Digits = {}): string {
  const shortest = String(value);
  // Negative, without end, or with an exponent: no count and no sum that is printed.
  if (!isPlain.test(shortest) || Object.is(value, -0))
    return value.toLocaleString('en-US', { minimumFractionDigits: least, maximumFractionDigits: most });
  const [whole, fraction = ''] = shortest.split('.') as [string, string?];
  const [ones, parts] = fraction.length > most ? rounded(whole, fraction, most) : [whole, fraction];
  let end = parts.length;
  while (end > least && parts[end - 1] === '0') end--;
  const behind = parts.slice(0, end).padEnd(least, '0');
  return `${ones.replace(thousands, ',')}${behind === '' ? '' : `.${behind}`}`;
}

/** What is counted: a noun that takes an s, or both, with words that go with them: `{ one: 'day is', many: 'days are' }`. */
export type Countable = string | { readonly one: string; readonly many: string };

/** `1 participant`, `6 participants`. */
export const counted = (count: number, noun: Countable): string => {
  const { one, many } = typeof noun === 'string' ? { one: noun, many: `${noun}s` } : noun;
  return `${numberText(count)} ${count === 1 ? one : many}`;
};

const isPlain = /^\d+(?:\.\d+)?$/;
const thousands = /\B(?=(?:\d{3})+$)/g;

/** By the digits that are read, as the tables do it: 1.005 is 1.01, though the nearest double is below it. */
function rounded(whole: string, fraction: string, most: number): readonly [string, string] {
  const kept = BigInt(whole + fraction.slice(0, most)) + (fraction[most]! >= '5' ? 1n : 0n);
  const digits = String(kept).padStart(most + 1, '0');
  const point = digits.length - most;
  return [digits.slice(0, point), digits.slice(point)];
}
