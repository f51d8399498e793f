import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { counted } from '../../lib/contract/workload/number-text.ts';

export interface Nifti {
  /** Sizes of its axes, as many as it has: x, y, z and time in a run of fMRI. */
  readonly axes: readonly number[];
}

/**
 * Reads a NIfTI-1 or NIfTI-2 image, compressed or not. With `whole`, all of it is read and its length has to be what the
 * header says. Throws Error that says why it cannot be opened. Source: nifti1.h and nifti2.h of nifti.nimh.nih.gov.
 */
export async function readNifti(path: string, { whole }: { readonly whole: boolean }): Promise<Nifti> {
  const file = createReadStream(path);
  const stream = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', error => stream.destroy(error));
  let head = Buffer.alloc(0);
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (head.length < 540) head = Buffer.concat([head, chunk]).subarray(0, 540);
      else if (!whole) break;
    }
  } finally {
    file.destroy();
    stream.destroy();
  }
  const { axes, length } = readHeader(head);
  if (whole && bytes < length)
    throw new Error(`it has ${bytes} bytes of image, and its header says ${length}`);
  return { axes };
}

function readHeader(head: Buffer): { readonly axes: readonly number[]; readonly length: number } {
  if (head.length < 348) throw new Error('it is too short for a NIfTI image');
  for (const little of [true, false]) {
    const i16 = (at: number): number => (little ? head.readInt16LE(at) : head.readInt16BE(at));
    const f32 = (at: number): number => (little ? head.readFloatLE(at) : head.readFloatBE(at));
    const i64 = (at: number): number => Number(little ? head.readBigInt64LE(at) : head.readBigInt64BE(at));
    const size = little ? head.readInt32LE(0) : head.readInt32BE(0);
    if (size === 348) return image(i16(40), index => i16(40 + 2 * index), i16(72), f32(108));
    if (size === 540 && head.length >= 540)
      return image(i64(16), index => i64(16 + 8 * index), i16(14), i64(168));
  }
  throw new Error('it is no NIfTI image');
}

function image(
  count: number,
  size: (axis: number) => number,
  bitsPerVoxel: number,
  offset: number,
): { readonly axes: readonly number[]; readonly length: number } {
  if (!(count >= 1 && count <= 7))
    throw new Error(`its header says ${counted(count, { one: 'axis', many: 'axes' })}`);
  const axes = Array.from({ length: count }, (_, index) => size(index + 1));
  const voxels = axes.reduce((product, each) => product * each, 1);
  return { axes, length: offset + (voxels * bitsPerVoxel) / 8 };
}
