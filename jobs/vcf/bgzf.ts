import { inflateRawSync } from 'node:zlib';

/** The empty block that ends every BGZF file. Source: SAM specification, 4.1.2. */
export const endOfFile: Buffer = Buffer.from(
  '1f8b08040000000000ff0600424302001b0003000000000000000000',
  'hex',
);

/** What the first bytes of a file say of its compression. */
export function compressionOf(bytes: Buffer): 'bgzf' | 'gzip' | 'none' {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return 'none';
  return blockLength(bytes, 0) === undefined ? 'gzip' : 'bgzf';
}

/** Length in bytes of the block at an offset; undefined where no block begins or its header is not all there. */
export function blockLength(bytes: Buffer, at: number): number | undefined {
  if (at + 18 > bytes.length || bytes.readUInt32LE(at) !== 0x04088b1f) return undefined;
  const extraEnd = at + 12 + bytes.readUInt16LE(at + 10);
  for (let field = at + 12; field + 6 <= extraEnd && field + 6 <= bytes.length; ) {
    const size = bytes.readUInt16LE(field + 2);
    if (bytes[field] === 0x42 && bytes[field + 1] === 0x43 && size === 2)
      return bytes.readUInt16LE(field + 4) + 1;
    field += 4 + size;
  }
  return undefined;
}

/** What a block at an offset of `length` bytes holds. Throws where it is damaged. */
export function inflateBlock(bytes: Buffer, at: number, length: number): Buffer {
  const start = at + 12 + bytes.readUInt16LE(at + 10);
  const wanted = bytes.readUInt32LE(at + length - 4);
  if (wanted === 0) return Buffer.alloc(0);
  const data = inflateRawSync(bytes.subarray(start, at + length - 8));
  if (data.length !== wanted) throw new Error(`a BGZF block holds ${data.length} bytes and says ${wanted}`);
  return data;
}

/** All whole blocks at the start of some bytes, inflated, and how many bytes they took. */
export function inflateWhole(bytes: Buffer): { readonly data: Buffer; readonly used: number } {
  const parts: Buffer[] = [];
  let used = 0;
  for (;;) {
    const length = blockLength(bytes, used);
    if (length === undefined || used + length > bytes.length) return { data: Buffer.concat(parts), used };
    parts.push(inflateBlock(bytes, used, length));
    used += length;
  }
}
