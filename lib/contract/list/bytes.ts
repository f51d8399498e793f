/** Bytes that need not all be in memory: a Buffer is some, and so are Lines. */
export interface Bytes {
  readonly length: number;
  /** `[from, to)`, good until the next slice. */
  slice(from: number, to: number): Buffer;
}

/** So much is read at once. */
const pieceBytes = 64 * 1024;

/** Those from one place on, up to another. */
export const part = (bytes: Bytes, start: number, end = bytes.length): Bytes => ({
  length: end - start,
  slice: (from, to) => bytes.slice(start + from, start + Math.min(to, end - start)),
});

/** All of them in memory, and nobody else's. */
export const wholeOf = (bytes: Bytes | string): Buffer =>
  Buffer.from(typeof bytes === 'string' ? bytes : bytes.slice(0, bytes.length));

/** All of them, one piece after the other, each good until the next. */
export function* piecesOf(bytes: Bytes, size = pieceBytes): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += size)
    yield bytes.slice(from, Math.min(bytes.length, from + size));
}

/** One byte after the other by its place; undefined behind the last one. `bytes` are read by nobody else meanwhile. */
export function byteAt(bytes: Bytes): (at: number) => number | undefined {
  let start = 0;
  let piece: Buffer = Buffer.alloc(0);
  return at => {
    const found = piece[at - start];
    if (found !== undefined || at >= bytes.length) return found;
    start = at;
    piece = bytes.slice(at, Math.min(bytes.length, at + pieceBytes));
    return piece[0];
  };
}
