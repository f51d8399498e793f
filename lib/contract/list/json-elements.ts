const [open, close, openObject, closeObject, comma, quote, backslash] = Buffer.from('[]{},"\\');

/**
 * The elements of a JSON array, one after the other: all of it may be longer than a string can be. Throws SyntaxError, which
 * names the element, where it is no array or breaks off.
 */
export function* jsonElements(bytes: Buffer): Generator<unknown> {
  let at = afterBlanks(bytes, 0);
  if (bytes[at] !== open) throw new SyntaxError('it is no array');
  at = afterBlanks(bytes, at + 1);
  if (bytes[at] === close) return nothingAfter(bytes, at);
  for (let element = 1; ; element++) {
    const end = endOfElement(bytes, at);
    yield parsedElement(bytes.toString('utf8', at, end), element);
    if (end === bytes.length) throw new SyntaxError(`it ends within element ${element}`);
    if (bytes[end] === close) return nothingAfter(bytes, end);
    at = end + 1;
  }
}

/** Where the comma or bracket is that ends what begins here; the end of all where there is none. */
function endOfElement(bytes: Buffer, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
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

function nothingAfter(bytes: Buffer, end: number): void {
  if (afterBlanks(bytes, end + 1) < bytes.length) throw new SyntaxError('something follows the array');
}

/** JSON's blanks: space, tab and the ends of lines. */
function afterBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  return at;
}
