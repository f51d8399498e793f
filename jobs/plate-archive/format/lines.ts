import { release } from '../release.ts';

const linesAtOnce = 1000;

/**
 * Lines as bytes, each with its end. A thousand at a time: a string, or a buffer, for each line of a plate would be as large as all of them
 * again.
 */
export function encodeLines<T>(
  items: readonly T[],
  lineOf: (item: T, place: number) => string,
  head = '',
): Buffer {
  const pieces = [Buffer.from(head)];
  for (let from = 0; from < items.length; from += linesAtOnce) {
    let text = '';
    for (let i = from; i < Math.min(items.length, from + linesAtOnce); i++)
      text += `${lineOf(items[i]!, i)}\n`;
    pieces.push(Buffer.from(text));
  }
  const bytes = Buffer.concat(pieces);
  release(pieces);
  return bytes;
}
