/** A UTC day as `2019-01-31`: the unit of archives of continuous waveforms, and of NoisePy. Sorts as it reads. */
export type Day = string;

const msPerDay = 86_400_000;
const pattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Milliseconds since 1970 of a day's start, or undefined where there is no such day. */
export function startOf(day: string): number | undefined {
  const [, year, month, date] = pattern.exec(day) ?? [];
  if (!year) return undefined;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(date));
  // Date takes 2019-02-30 for 2 March.
  return new Date(ms).toISOString().slice(0, 10) === day ? ms : undefined;
}

export const isDay = (text: string): boolean => startOf(text) !== undefined;

export const isMonth = (text: string): boolean => /^\d{4}-\d{2}$/.test(text) && isDay(`${text}-01`);

export function addDays(day: Day, days: number): Day {
  return new Date(startOf(day)! + days * msPerDay).toISOString().slice(0, 10);
}

/** Both ends included; empty where the last is before the first. */
export function daysFrom(first: Day, last: Day): readonly Day[] {
  const count = (startOf(last)! - startOf(first)!) / msPerDay + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => addDays(first, at));
}

export const monthOf = (day: Day): string => day.slice(0, 7);

export const firstOf = (month: string): Day => `${month}-01`;

export function lastOf(month: string): Day {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year!, number!, 0)).toISOString().slice(0, 10);
}

/** Day of the year from `001`, as archives count. */
export function dayOfYear(day: Day): string {
  const start = startOf(`${day.slice(0, 4)}-01-01`)!;
  return String((startOf(day)! - start) / msPerDay + 1).padStart(3, '0');
}
