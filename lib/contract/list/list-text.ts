const newline = 0x0a;
const carriageReturn = 0x0d;

/** What is one string at a time, in bytes: all of a large list would be longer than any string can be. */
const pieceBytes = 64 * 1024;

export const lineEnds = /\r\n|\n|\r/;

/** The lines of a list's UTF-8, without their ends: `\n`, `\r\n` or `\r`. */
export function* linesIn(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const to = endOfLines(bytes, from);
    const lines = bytes.toString('utf8', from, to).split(lineEnds);
    // What follows the last line's end is the next piece.
    if (lines.at(-1) === '') lines.pop();
    yield* lines;
    from = to;
  }
}

/** The first lines, as many as there are. */
export function firstLines(bytes: Buffer, count: number): readonly string[] {
  const lines: string[] = [];
  for (const line of linesIn(bytes)) if (lines.push(line) === count) break;
  return lines;
}

/** Where the lines from here end that are a piece: one that is longer is one of its own. */
function endOfLines(bytes: Buffer, from: number): number {
  const most = from + pieceBytes;
  if (most >= bytes.length) return bytes.length;
  let end = bytes.lastIndexOf(newline, most - 1);
  if (end < from) {
    end = most - 1;
    while (end >= from && bytes[end] !== carriageReturn) end--;
  }
  if (end < from) {
    end = most;
    while (end < bytes.length && bytes[end] !== newline && bytes[end] !== carriageReturn) end++;
  }
  return Math.min(bytes.length, end + (bytes[end] === carriageReturn && bytes[end + 1] === newline ? 2 : 1));
}
