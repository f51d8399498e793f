import { stripVTControlCharacters, styleText } from 'node:util';
import type { Tone } from '../../contract/verb/args.ts';
import { numberText } from '../../contract/verb/texts.ts';
import { jsonPieces } from '../../contract/workload/json-pieces.ts';

export type { Tone } from '../../contract/verb/args.ts';
export { allOf, bytesText, counted, durationText, numberText } from '../../contract/verb/texts.ts';

/** Where a command writes. Results go to `out`, everything else to `err`. */
export interface Output {
  readonly out: Stream;
  readonly err: Stream;
}

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  once?(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
  off?(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

/** Columns of a stream; of one that cannot tell, `otherwise`. A terminal whose size nobody has set (a container's, `script`'s) says 0. */
export const columnsOf = ({ columns }: Stream, otherwise = 80): number => columns || otherwise;

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

/**
 * What a tool printed, as a terminal may have it: colours stay, and whatever else it would obey (a new title, a cleared
 * screen, a cursor elsewhere, an answer typed for it) is shown instead of done. A file or a pipe gets the bytes as they are.
 */
export function harmless(stream: Stream, text: string): string {
  if (!stream.isTTY) return text;
  const shown = text.replace(commands, found =>
    colour.test(found) || found === '\t' ? found : visible(found.charCodeAt(0)) + found.slice(1),
  );
  return shown.includes('\u001b[') ? `${shown}\u001b[0m` : shown;
}

/** A colour, or a single character that a terminal takes for a command: C0 but for line feeds, DEL and C1. */
const commands = /\u001b\[[\d;:]*m|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;
const colour = /^\u001b\[[\d;:]*m$/;

/** Its picture in Unicode where it has one. */
const visible = (code: number): string =>
  code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';

/** A table that fits the stream: the last column gives way; where even that is not enough, a row is a block of lines. Whole when it is not a terminal. */
export function table(
  stream: Stream,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    all.reduce((most, row) => Math.max(most, width(row[column] ?? '')), 0),
  );
  const room = stream.isTTY ? columnsOf(stream) : Number.POSITIVE_INFINITY;
  const fixed = widths.slice(0, -1).reduce((sum, value) => sum + value + 2, 0);
  if (fixed + Math.min(10, widths.at(-1)!) > room) return blocks(header, rows, room);
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

function blocks(header: readonly string[], rows: readonly (readonly string[])[], room: number): string {
  const widest = Math.max(...header.map(width));
  const block = (row: readonly string[]): string =>
    header
      .map((name, column) => [name.padEnd(widest), row[column] ?? ''] as const)
      .filter(([, cell]) => cell !== '')
      .map(([name, cell]) => `${cut(`${name}  ${cell}`, room)}\n`)
      .join('');
  return rows.map(block).join('\n');
}

/** Writes a text, and waits where its reader is behind, so that what is printed is not this process's memory. */
export async function writeAll(stream: Stream, text: string): Promise<void> {
  if (stream.write(text) !== false || !stream.once) return;
  const ends = ['drain', 'close', 'error'] as const;
  await new Promise<void>(done => {
    const goOn = (): void => {
      // What did not come stays listening otherwise, a listener more with every write.
      for (const end of ends) stream.off?.(end, goOn);
      done();
    };
    for (const end of ends) stream.once?.(end, goOn);
  });
}

/** Writes a value as one line of JSON, piece by piece: with a name for each of a run's items it may be longer than a string can be. */
export async function writeJson(stream: Stream, value: unknown): Promise<void> {
  for (const piece of jsonPieces(value)) await writeAll(stream, piece);
  await writeAll(stream, '\n');
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

/** Breaks a text between words; a word that is too long stands alone, whole: a command is there to be copied. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || width(last) + 1 + width(word) > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** `6 of 6 units done, 1 of them with something missing`: what is partial is never told as done alone. */
export const doneText = (
  { done, partial }: { readonly done: number; readonly partial: number },
  total: string,
): string =>
  `${numberText(done + partial)} of ${total} done${partial > 0 ? `, ${numberText(partial)} of them with something missing` : ''}`;
