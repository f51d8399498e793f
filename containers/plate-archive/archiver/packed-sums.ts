import { type List, lazyList } from '../../../jobs/plate-archive/format/list.ts';
import type { MemberSums } from './fetch-slice.ts';

/** Of a member: its SHA-256, and its CRC-32. */
const packedBytes = 36;

/** Digests of members as bytes, for threads to give and a plate to keep: as texts they are four times as large. */
export function packSums(sums: List<MemberSums>): Uint8Array {
  const packed = Buffer.alloc(sums.length * packedBytes);
  let at = 0;
  for (const { sha256, crc32 } of sums) {
    packed.write(sha256, at, 'hex');
    packed.writeUInt32BE(crc32, at + 32);
    at += packedBytes;
  }
  return packed;
}

export function unpackSums({ buffer, byteOffset, byteLength }: Uint8Array): List<MemberSums> {
  const packed = Buffer.from(buffer, byteOffset, byteLength);
  return lazyList(byteLength / packedBytes, i => ({
    sha256: packed.toString('hex', i * packedBytes, i * packedBytes + 32),
    crc32: packed.readUInt32BE(i * packedBytes + 32),
  }));
}
