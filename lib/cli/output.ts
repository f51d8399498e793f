import { stripVTControlCharacters, styleText } from 'node:util';

/** Where a command writes. Results go to `out`, everything else to `err`. */
export interface Output {
  readonly out: Stream;
  readonly err: Stream;
}

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Tone = 'good' | 'bad' | 'busy' | 'quiet' | 'strong';

const formats = { good: 'green', bad: 'red', busy: 'cyan', quiet: 'dim', strong: 'bold' } as const;

/** Text in a colour, on a terminal that wants colours (NO_COLOR, pipes and TERM=dumb do not). */
export function tint(stream: Stream, tone: Tone, text: string): string {
  if (!stream.isTTY || process.env.NO_COLOR || process.env.TERM === 'dumb') return text;
  return styleText(formats[tone], text, { validateStream: false });
}

/** Columns a text takes on a terminal, near enough for names: wide East Asian characters count two. */
export function width(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) {
    columns += /\p{Mark}/u.test(character)
      ? 0
      : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(character)
        ? 2
        : 1;
  }
  return columns;
}

/** A table that fits the stream: the last column gives way. Whole when it is not a terminal. */
export function table(
  stream: Stream,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map(row => width(row[column] ?? ''))));
  const room = stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
  const fixed = widths.slice(0, -1).reduce((sum, value) => sum + value + 2, 0);
  const last = Math.max(10, room - fixed);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cut(cell, last) : cell + ' '.repeat(widths[column]! - width(cell) + 2),
      )
      .join('')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** A text in at most `columns` columns. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let result = '';
  for (const character of text) {
    if (width(result) + width(character) > columns - 1) break;
    result += character;
  }
  return `${result}…`;
}

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

/** `1 participant`, `6 participants`. */
export const counted = (count: number, noun: { readonly one: string; readonly many: string }): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun.one : noun.many}`;
