import { type Countable, counted, numberText } from '../workload/number-text.ts';

export { counted, numberText };

/** `1.2 GB`, in powers of 1000 as disks and networks count. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `45s`, `3m20s`, `2h05m`. */
export function durationText(totalSeconds: number): string {
  const s = Math.round(totalSeconds);
  if (s < 60) return `${s}s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  return `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`;
}

/** `1 participant`, `all 6 participants`: of a whole. */
export const allOf = (count: number, noun: Countable): string =>
  `${count === 1 ? '' : 'all '}${counted(count, noun)}`;

/** A word as a shell takes it. */
export const shellWord = (text: string): string =>
  /^[\w.,:=@%+/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
