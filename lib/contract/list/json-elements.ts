import { type Bytes, byteAt } from './bytes.ts';

const [open, close, openObject, closeObject, comma, quote, backslash] = Buffer.from('[]{},"\\');

/**
 * The elements of a JSON array, one after the other: all of it may be longer than a string can be. Throws SyntaxError, which
 * names the element, where it is no array or breaks off.
 */
export function* jsonElements(bytes: Bytes): Generator<unknown> {
  let byte = byteAt(bytes);
  let at = afterBlanks(byte, 0);
  if (byte(at) !== open) throw new SyntaxError('it is no array');
  at = afterBlanks(byte, at + 1);
  if (byte(at) === close) return nothingAfter(bytes, byte, at);
  for (let element = 1; ; element++) {
    const end = endOfElement(bytes, byte, at);
    const last = byte(end);
    yield parsedElement(bytes.slice(at, end).toString('utf8'), element);
    if (end === bytes.length) throw new SyntaxError(`it ends within element ${element}`);
    // What was sliced, here or by who was given the element, is another piece.
    byte = byteAt(bytes);
    if (last === close) return nothingAfter(bytes, byte, end);
    at = end + 1;
  }
}

type ByteAt = ReturnType<typeof byteAt>;

/** Where the comma or bracket is that ends what begins here; the end of all where there is none. */
function endOfElement(bytes: Bytes, byteAt: ByteAt, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = byteAt(at);
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === open || byte === openObject) depth++;
    else if (depth === 0 && (byte === close || byte === comma)) return at;
    // What is closed by the other bracket is refused when its text is read.
    else if (byte === close || byte === closeObject) depth--;
  }
  return bytes.length;
}

function parsedElement(text: string, element: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`element ${element}: ${(error as Error).message}`);
  }
}

function nothingAfter(bytes: Bytes, byte: ByteAt, end: number): void {
  if (afterBlanks(byte, end + 1) < bytes.length) throw new SyntaxError('something follows the array');
}

/** JSON's blanks: space, tab and the ends of lines. */
function afterBlanks(byte: ByteAt, from: number): number {
  let at = from;
  for (let each = byte(at); each === 0x20 || each === 0x09 || each === 0x0a || each === 0x0d; )
    each = byte(++at);
  return at;
}
