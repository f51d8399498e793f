import type { Bytes } from './bytes.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;

/** What is one string at a time, in bytes: all of a large list would be longer than any string can be. */
const pieceBytes = 64 * 1024;

export const lineEnds = /\r\n|\n|\r/;

/** The lines of a list's UTF-8, without their ends: `\n`, `\r\n` or `\r`. */
export function* linesIn(bytes: Bytes): Generator<string> {
  for (const piece of linePieces(bytes)) yield* linesOf(piece);
}

/** Those of bytes that are one string. */
export function linesOf(piece: Buffer): string[] {
  const lines = piece.toString('utf8').split(lineEnds);
  // What follows the last line's end is the next piece.
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The first lines, as many as there are. */
export function firstLines(bytes: Bytes, count: number): readonly string[] {
  const lines: string[] = [];
  for (const line of linesIn(bytes)) if (lines.push(line) === count) break;
  return lines;
}

/** Whole lines, about a piece of them at a time, each good until the next. One that is longer than a piece has its end in it. */
export function* linePieces(bytes: Bytes): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const to = endOfLines(bytes, from, pieceBytes);
    yield bytes.slice(from, to);
    from = to;
  }
}

/** Where the last line from here ends that is in so many bytes, or in twice as many, and so on. */
export function endOfLines(bytes: Bytes, from: number, least: number): number {
  for (let most = least; from + most < bytes.length; most *= 2) {
    const piece = bytes.slice(from, from + most);
    const last = piece.lastIndexOf(newline);
    const end = last < 0 ? piece.lastIndexOf(carriageReturn) : last;
    if (end < 0) continue;
    const to = from + end + 1;
    // Both of an end's two letters are one line's.
    return piece[end] === carriageReturn && bytes.slice(to, to + 1)[0] === newline ? to + 1 : to;
  }
  return bytes.length;
}
