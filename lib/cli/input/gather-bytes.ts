import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bytes } from '../../contract/list/bytes.ts';
import { Lines } from '../../contract/list/lines.ts';
import type { Store } from '../../contract/ports/ports.ts';

/** Everything of a stream; on disk where that is much. */
export async function gatherStream(stream: AsyncIterable<Buffer | string>): Promise<Bytes> {
  const lines = new Lines();
  for await (const chunk of stream) lines.append(Buffer.from(chunk));
  return lines;
}

const pieceBytes = 2 ** 20;

/** Everything of a file, or of what a path leads to, as it is now: who writes to it meanwhile changes nothing of it. */
export async function gatherFile(path: string): Promise<Bytes> {
  const file = await open(path);
  try {
    const lines = new Lines();
    const piece = Buffer.allocUnsafeSlow(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, null);
      if (bytesRead === 0) return lines;
      lines.appendCopy(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** Bytes of an object that is read into memory. */
const mostAtOnce = 16 * 2 ** 20;

/** Everything of an object, undefined where there is none. */
export async function gatherObject(store: Store, key: string): Promise<Bytes | undefined> {
  // What a HEAD is refused for, GET says in words.
  const found = await store.head(key).catch(() => undefined);
  if (!found || found.size <= mostAtOnce) return store.get(key);
  const folder = await mkdtemp(join(tmpdir(), 'arraylab-list-'));
  try {
    const path = join(folder, 'list');
    await store.download(key, path);
    return await gatherFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
