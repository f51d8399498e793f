import { LabError, type Problem } from '../../lib/contract/workload/errors.ts';
import { type Day, daysFrom, firstOf, isDay, isMonth, lastOf, monthOf } from './calendar.ts';

/** What is asked for, retried and reported as one: a month or a day of the calendar, or the part of a month in a range. */
export interface Unit {
  /** `2019-01` or `2019-01-31`. */
  readonly name: string;
  readonly first: Day;
  readonly last: Day;
}

export const unitDays = ({ first, last }: Unit): readonly Day[] => daysFrom(first, last);

/** A unit by its name. Undefined where it is neither a month nor a day. */
export function unitOf(name: string): Unit | undefined {
  if (isMonth(name)) return { name, first: firstOf(name), last: lastOf(name) };
  return isDay(name) ? { name, first: name, last: name } : undefined;
}

/**
 * The units from `start` to `end`, both included; each may be a year, a month or a day. Throws LabError with every
 * problem. A range that begins within a month has the rest of it alone in its first unit.
 */
export function unitsBetween(
  start: string | undefined,
  end: string | undefined,
  by: 'month' | 'day',
): readonly Unit[] {
  const problems: Problem[] = [];
  const first = edge('--start', start, 'first', problems);
  const last = edge('--end', end ?? start, 'last', problems);
  if (first && last && last < first)
    problems.push({
      where: '--end',
      message: `${end} is before --start ${start}`,
      fix: 'name the later day last',
    });
  if (!first || !last || problems.length > 0) throw new LabError(problems);
  const days = daysFrom(first, last);
  if (by === 'day') return days.map(day => ({ name: day, first: day, last: day }));
  return [...Map.groupBy(days, monthOf)].map(([name, own]) => ({ name, first: own[0]!, last: own.at(-1)! }));
}

function edge(
  where: string,
  text: string | undefined,
  side: 'first' | 'last',
  problems: Problem[],
): Day | undefined {
  if (text && /^\d{4}$/.test(text)) return side === 'first' ? `${text}-01-01` : `${text}-12-31`;
  const unit = text === undefined ? undefined : unitOf(text);
  if (unit) return unit[side];
  problems.push({
    where,
    message: text === undefined ? 'is not given' : `${text} is no year, month or day`,
    fix: `${where} ${side === 'first' ? '2019-01' : '2019-12'}, or a day: 2019-03-01`,
  });
  return undefined;
}
