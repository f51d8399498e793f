import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const pieceBytes = 1024 * 1024;
const newline = 0x0a;

export interface FileLine {
  readonly text: string;
  /** false: of a last line that a kill has torn. */
  readonly isWhole: boolean;
}

/** The lines of a file, none where it is not there; piece by piece, as all of them may be longer than a string can be. */
export function* fileLines(path: string): Generator<FileLine> {
  const file = openIfThere(path);
  if (file === undefined) return;
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const read = readSync(file, piece, 0, pieceBytes, null);
      if (read === 0) break;
      const bytes =
        rest.length === 0 ? piece.subarray(0, read) : Buffer.concat([rest, piece.subarray(0, read)]);
      let at = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
        yield { text: bytes.toString('utf8', at, end), isWhole: true };
        at = end + 1;
      }
      rest = bytes.subarray(at);
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), isWhole: false };
  } finally {
    closeSync(file);
  }
}

/** Writes a new file of these lines, each with its end, in the place of one that may be there. */
export function writeLines(path: string, lines: Iterable<string>): void {
  const file = openSync(path, 'w');
  try {
    let text = '';
    for (const line of lines) {
      text += line;
      if (text.length < pieceBytes) continue;
      writeWhole(file, text);
      text = '';
    }
    if (text !== '') writeWhole(file, text);
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
