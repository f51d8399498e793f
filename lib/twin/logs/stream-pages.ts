import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type LogEvent, lineEnd, parseEvent } from './stream-files.ts';

export interface WantedEvents {
  /** Most events of a page. */
  readonly limit: number;
  accepts(event: LogEvent): boolean;
}

export interface Page {
  /** In the order of writing. */
  readonly events: readonly LogEvent[];
  /** Where the page begins and ends in the stream's file, in bytes. */
  readonly start: number;
  readonly end: number;
}

/** CloudWatch's pages hold at most 1 MiB. */
const pageBytes = 1024 * 1024;
const pieceBytes = 256 * 1024;

/** The events from a place on. A line without its end is none yet, and the next page begins with it. */
export function readForward(path: string, start: number, wanted: WantedEvents): Page {
  return withFile(path, (file, size) => {
    const events: LogEvent[] = [];
    let bytes = 0;
    let end = Math.min(start, size);
    for (const { line, after } of linesFrom(file, end)) {
      const found = parseEvent(line).filter(event => wanted.accepts(event));
      const length = found.length > 0 ? line.length : 0;
      if (events.length > 0 && bytes + length > pageBytes) break;
      events.push(...found);
      bytes += length;
      end = after;
      if (events.length === wanted.limit) break;
    }
    return { events, start: Math.min(start, size), end };
  });
}

/** The newest events before a place. */
export function readBackward(path: string, end: number, wanted: WantedEvents): Page {
  return withFile(path, (file, size) => {
    const newestFirst: LogEvent[] = [];
    let bytes = 0;
    let start = Math.min(end, size);
    let pageEnd: number | undefined;
    for (const { line, before, after } of linesBefore(file, start)) {
      const found = parseEvent(line).filter(event => wanted.accepts(event));
      const length = found.length > 0 ? line.length : 0;
      if (newestFirst.length > 0 && bytes + length > pageBytes) break;
      pageEnd ??= after;
      newestFirst.push(...found);
      bytes += length;
      start = before;
      if (newestFirst.length === wanted.limit) break;
    }
    return { events: newestFirst.reverse(), start, end: pageEnd ?? start };
  });
}

function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return use(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

interface Line {
  readonly line: string;
  /** Where it begins, and where the next one does. */
  readonly before: number;
  readonly after: number;
}

function* linesFrom(file: number, start: number): Iterable<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let at = start;
  for (let read = start; ; ) {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const count = readSync(file, piece, 0, pieceBytes, read);
    if (count === 0) return;
    read += count;
    const bytes =
      rest.length === 0 ? piece.subarray(0, count) : Buffer.concat([rest, piece.subarray(0, count)]);
    let begin = 0;
    for (let end = bytes.indexOf(lineEnd); end >= 0; end = bytes.indexOf(lineEnd, begin)) {
      const after = at + end - begin + 1;
      yield { line: bytes.toString('utf8', begin, end), before: at, after };
      at = after;
      begin = end + 1;
    }
    rest = bytes.subarray(begin);
  }
}

/** Whole lines, the last one first. What follows the last line's end is none yet. */
function* linesBefore(file: number, end: number): Iterable<Line> {
  let rest: Buffer = Buffer.alloc(0);
  /** Where `rest` ends: the place after a line's end, or `end` where that is in the middle of a line. */
  let isWhole = false;
  for (let first = end; first > 0; ) {
    const length = Math.min(pieceBytes, first);
    first -= length;
    const piece = Buffer.allocUnsafe(length);
    readSync(file, piece, 0, length, first);
    let bytes: Buffer = rest.length === 0 ? piece : Buffer.concat([piece, rest]);
    for (let last = bytes.lastIndexOf(lineEnd); last >= 0; last = bytes.lastIndexOf(lineEnd)) {
      const before = first + last + 1;
      const line = bytes.toString('utf8', last + 1);
      const after = first + bytes.length + 1;
      bytes = bytes.subarray(0, last);
      if (isWhole) yield { line, before, after };
      isWhole = true;
    }
    rest = bytes;
  }
  if (isWhole && rest.length > 0) yield { line: rest.toString('utf8'), before: 0, after: rest.length + 1 };
}
