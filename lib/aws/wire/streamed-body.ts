import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Bytes, piecesOf } from '../../contract/list/bytes.ts';
import { sha256Hex } from './sign.ts';

/** Hex; of what is not all in memory piece by piece. */
export function sha256Of(bytes: Buffer | Bytes): string {
  if (Buffer.isBuffer(bytes)) return sha256Hex(bytes);
  const digest = createHash('sha256');
  for (const piece of piecesOf(bytes)) digest.update(piece);
  return digest.digest('hex');
}

/** All of it, from its beginning, once. */
export function streamOf(bytes: Bytes): Readable {
  // A socket may still hold a piece when the next one is read.
  const copies = function* (): Generator<Buffer> {
    for (const piece of piecesOf(bytes)) yield Buffer.from(piece);
  };
  return Readable.from(copies());
}
