import { StringDecoder } from 'node:string_decoder';

/** What a terminal would have shown for long enough to be read, of a line that a tool keeps drawing again. */
const redrawMs = 30_000;

/** CloudWatch takes 256 KiB a line; a line of this many characters is cut and goes on in the next. */
const longest = 60_000;

/**
 * The lines of a tool's output. A progress bar draws one line again and again, with a carriage return between: of those
 * the first, one in 30 s and the last are lines of the log, which costs by the byte. Yields without line ends.
 */
export async function* toolLines(
  stream: AsyncIterable<Buffer>,
  now: () => number = Date.now,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let held: string | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  for await (const chunk of stream) {
    rest += decoder.write(chunk);
    let start = 0;
    // A carriage return at the end may be half of a line end.
    for (const end of rest.matchAll(/\r\n|\n|\r(?!$)/g)) {
      const line = rest.slice(start, end.index);
      start = end.index + end[0].length;
      if (end[0] === '\r') {
        held = line === '' ? held : line;
        if (held === undefined || now() - shownAt < redrawMs) continue;
        yield held;
        held = undefined;
        shownAt = now();
      } else {
        // What is drawn over an unshown line without ending it was that line's last state.
        yield line === '' && held !== undefined ? held : line;
        held = undefined;
        shownAt = Number.NEGATIVE_INFINITY;
      }
    }
    rest = rest.slice(start);
    while (rest.length > longest) {
      const piece = firstPiece(rest);
      yield piece;
      rest = rest.slice(piece.length);
    }
  }
  rest += decoder.end();
  const last = rest.replace(/\r$/, '') || held;
  if (last) yield last;
}

/** A character of two code units stays whole: a half of one cannot be written. */
const firstPiece = (text: string): string =>
  text.slice(0, /[\uD800-\uDBFF]/.test(text[longest - 1]!) ? longest - 1 : longest);
