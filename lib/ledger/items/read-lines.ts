import type { Store } from '../../contract/ports/ports.ts';

/** So much of an object is read at once. */
const pieceBytes = 4 * 2 ** 20;
const newline = 0x0a;

/** An object of so many bytes in pieces of whole lines. Throws where it is not there. */
export async function* readLines(store: Store, key: string, bytes: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for (let from = 0; from < bytes; from += pieceBytes) {
    const to = Math.min(bytes, from + pieceBytes);
    // The whole of an object comes with its checksum.
    const body = await store.get(key, from === 0 && to === bytes ? undefined : [from, to]);
    if (!body) throw new Error(`s3://${store.bucket}/${key} is missing`);
    const piece = rest.length > 0 ? Buffer.concat([rest, body]) : body;
    const end = to === bytes ? piece.length : piece.lastIndexOf(newline) + 1;
    if (end > 0) yield piece.subarray(0, end);
    rest = Buffer.from(piece.subarray(end));
  }
}
