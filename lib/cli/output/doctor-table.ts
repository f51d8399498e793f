import type { CheckOutcome } from '../../doctor/finding.ts';
import type { Row } from '../../doctor/run-checks.ts';
import { columnsOf, type Stream, type Tone, tint, width, wrap } from './output.ts';

const words: Readonly<Record<CheckOutcome, string>> = {
  ok: 'ok',
  warn: 'warn',
  fail: 'fail',
  unchecked: 'not checked',
};
const tones: Readonly<Record<CheckOutcome, Tone>> = {
  ok: 'good',
  warn: 'busy',
  fail: 'bad',
  unchecked: 'quiet',
};

/** Rows with their outcome first and texts broken into lines that fit the stream; a fix stands under its row, whole. */
export function doctorTable(stream: Stream, rows: readonly Row[]): string {
  const first = Math.max(...Object.values(words).map(width)) + 2;
  const second = Math.max(0, ...rows.map(row => width(row.check))) + 2;
  const room = Math.max(24, (stream.isTTY ? columnsOf(stream) : Number.POSITIVE_INFINITY) - first - second);
  const margin = ' '.repeat(first + second);
  const lines = rows.flatMap((row, i) => {
    const word = words[row.outcome];
    const name = rows[i - 1]?.check === row.check ? '' : row.check;
    const head = `${tint(stream, tones[row.outcome], word)}${' '.repeat(first - width(word))}${name.padEnd(second)}`;
    const text = wrap(row.text, room);
    const fix = row.fix ? wrap(`→ ${row.fix}`, room) : [];
    return [`${head}${text[0] ?? ''}`, ...[...text.slice(1), ...fix].map(line => margin + line)];
  });
  return lines.map(line => `${line.trimEnd()}\n`).join('');
}

/** `14 ok, 1 warning, 2 failures, 1 not checked`. */
export function countsText(rows: readonly Row[]): string {
  const count = (outcome: CheckOutcome): number => rows.filter(row => row.outcome === outcome).length;
  const several = (n: number, one: string, many: string): string[] =>
    n === 0 ? [] : [`${n} ${n === 1 ? one : many}`];
  return [
    `${count('ok')} ok`,
    ...several(count('warn'), 'warning', 'warnings'),
    ...several(count('fail'), 'failure', 'failures'),
    ...several(count('unchecked'), 'not checked', 'not checked'),
  ].join(', ');
}
