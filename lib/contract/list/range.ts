import { LabError } from '../workload/errors.ts';
import { counted } from '../workload/number-text.ts';

/**
 * The members of a range: months `2019-01..2019-12`, days `2019-01-30..2019-02-02`, numbers `7..12` or, with leading
 * zeros and a common beginning, `sub-001..sub-120`. Undefined when the text is no range; LabError when it runs backwards.
 */
export function expandRange(text: string): readonly string[] | undefined {
  const ends = /^(\S+)\.\.(\S+)$/.exec(text);
  if (!ends) return undefined;
  const [from, to] = [ends[1]!, ends[2]!];
  return months(from, to, text) ?? days(from, to, text) ?? numbers(from, to, text);
}

const longest = 1_000_000;

function months(from: string, to: string, text: string): readonly string[] | undefined {
  const [a, b] = [monthNumber(from), monthNumber(to)];
  if (a === undefined || b === undefined) return undefined;
  return sequence(
    a,
    b,
    text,
    n => `${String(Math.floor(n / 12)).padStart(4, '0')}-${String((n % 12) + 1).padStart(2, '0')}`,
  );
}

function monthNumber(text: string): number | undefined {
  const found = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
  return found ? Number(found[1]) * 12 + Number(found[2]) - 1 : undefined;
}

function days(from: string, to: string, text: string): readonly string[] | undefined {
  const [a, b] = [dayNumber(from), dayNumber(to)];
  if (a === undefined || b === undefined) return undefined;
  return sequence(a, b, text, n => new Date(n * 86_400_000).toISOString().slice(0, 10));
}

function dayNumber(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) return undefined;
  return time / 86_400_000;
}

function numbers(from: string, to: string, text: string): readonly string[] | undefined {
  const [a, b] = [/^(.*?)(\d+)$/.exec(from), /^(.*?)(\d+)$/.exec(to)];
  if (!a || !b || a[1] !== b[1]) return undefined;
  const width = a[2]!.length;
  const padded = a[2]!.startsWith('0') || b[2]!.startsWith('0');
  if (padded && b[2]!.length !== width) {
    throw new LabError({ where: text, message: 'the ends of the range have different numbers of digits' });
  }
  return sequence(
    Number(a[2]),
    Number(b[2]),
    text,
    n => a[1]! + (padded ? String(n).padStart(width, '0') : String(n)),
  );
}

function sequence(from: number, to: number, text: string, name: (n: number) => string): readonly string[] {
  if (to < from)
    throw new LabError({
      where: text,
      message: 'the range runs backwards',
      fix: 'write the smaller end first',
    });
  if (to - from >= longest)
    throw new LabError({ where: text, message: `the range has more than ${counted(longest, 'member')}` });
  return Array.from({ length: to - from + 1 }, (_, index) => name(from + index));
}
