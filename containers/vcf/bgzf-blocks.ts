import { crc32, deflateRawSync } from 'node:zlib';
import { endOfFile } from '../../jobs/vcf/bgzf.ts';

export { endOfFile } from '../../jobs/vcf/bgzf.ts';

/** Bytes of a block before it is deflated: never more than 65,536 after. */
const blockBytes = 65_280;

/** Data as BGZF blocks; without `isEnd` what does not fill a block is left: `used` says how much went in. */
export function bgzfBlocks(
  data: Buffer,
  isEnd: boolean,
): { readonly blocks: readonly Buffer[]; readonly used: number } {
  const blocks: Buffer[] = [];
  const used = isEnd ? data.length : data.length - (data.length % blockBytes);
  for (let at = 0; at < used; at += blockBytes) {
    const piece = data.subarray(at, Math.min(used, at + blockBytes));
    const packed = deflateRawSync(piece);
    const head = Buffer.from('1f8b08040000000000ff0600424302000000', 'hex');
    head.writeUInt16LE(packed.length + 25, 16);
    const foot = Buffer.alloc(8);
    foot.writeUInt32LE(crc32(piece), 0);
    foot.writeUInt32LE(piece.length, 4);
    blocks.push(Buffer.concat([head, packed, foot]));
  }
  return { blocks, used };
}

/** A whole BGZF file, with the empty block that ends it. */
export const bgzf = (data: Buffer): Buffer => Buffer.concat([...bgzfBlocks(data, true).blocks, endOfFile]);
