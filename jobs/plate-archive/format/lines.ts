import { release } from '../release.ts';
import { type List, lazyList } from './list.ts';

const linesAtOnce = 1000;

/**
 * Lines as bytes, each with its end. A thousand at a time: a string, or a buffer, for each line of a plate would be as large as all of them
 * again.
 */
export function encodeLines<T>(
  items: Iterable<T>,
  lineOf: (item: T, place: number) => string,
  head = '',
): Buffer {
  const pieces: Buffer[] = [];
  let text = head;
  let place = 0;
  for (const item of items) {
    text += `${lineOf(item, place++)}\n`;
    if (place % linesAtOnce !== 0) continue;
    pieces.push(Buffer.from(text));
    text = '';
  }
  pieces.push(Buffer.from(text));
  return joined(pieces);
}

/** All in one, each given up as soon as it is copied: what takes memory is never both. */
export function joined(pieces: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    at += piece.copy(bytes, at);
    release([piece]);
  }
  return bytes;
}

/** The lines of a file from some byte on, each read when somebody looks at it. Throws where the last one has no end. */
export function linesIn<T>(bytes: Buffer, from: number, read: (line: string) => T): List<T> {
  if (bytes.length > from && bytes.at(-1) !== 10) throw new Error('the last line breaks off');
  let count = 0;
  for (let at = from; at < bytes.length; at = bytes.indexOf(10, at) + 1) count++;
  const starts = new Float64Array(count + 1);
  let place = 0;
  for (let at = from; at < bytes.length; at = bytes.indexOf(10, at) + 1) starts[place++] = at;
  starts[count] = bytes.length;
  return lazyList(count, i => read(bytes.toString('utf8', starts[i], starts[i + 1]! - 1)));
}
