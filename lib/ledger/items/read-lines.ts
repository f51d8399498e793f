import type { RoundSource } from './round-source.ts';

/** So much of an object is read at once. */
const pieceBytes = 2 * 2 ** 20;
const newline = 0x0a;

/** An object of so many bytes in pieces of whole lines. Throws where it is not there. */
export async function* readLines(store: RoundSource, key: string, bytes: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for (let from = 0; from < bytes; from += pieceBytes) {
    const to = Math.min(bytes, from + pieceBytes);
    // The whole of an object comes with its checksum.
    const body = await store.get(key, from === 0 && to === bytes ? undefined : [from, to]);
    if (!body) throw new Error(`s3://${store.bucket}/${key} is missing`);
    // A line that is in two of them comes by itself: all of a piece would be copied for it.
    const whole = rest.length > 0 ? body.indexOf(newline) + 1 : 0;
    if (whole > 0) yield Buffer.concat([rest, body.subarray(0, whole)]);
    const isLast = to === bytes;
    if (rest.length > 0 && whole === 0) {
      rest = Buffer.concat([rest, body]);
      if (isLast) yield rest;
      continue;
    }
    const end = isLast ? body.length : body.lastIndexOf(newline) + 1;
    if (end > whole) yield body.subarray(whole, end);
    rest = Buffer.from(body.subarray(Math.max(end, whole)));
  }
}
