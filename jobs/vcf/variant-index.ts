import { compressionOf, inflateWhole } from './bgzf.ts';

/** What a .tbi or .csi says of the file that it belongs to. */
export interface VariantIndex {
  readonly kind: 'tbi' | 'csi';
  /** Records of the file; undefined where the index was made by a tool that counts none. */
  readonly records: number | undefined;
  /** Where the last record ends: the offset of its BGZF block in the file, in bytes. */
  readonly lastBlock: number;
}

/** Reads a whole index. Answers a sentence where it is none. Source: tabix.pdf and CSIv1.pdf of hts-specs. */
export function readIndex(file: Buffer): VariantIndex | string {
  try {
    const data = compressionOf(file) === 'bgzf' ? inflateAll(file) : file;
    const magic = data.subarray(0, 4).toString('latin1');
    if (magic === 'CSI\u0001') return readCsi(data);
    if (magic === 'TBI\u0001') return readTbi(data);
    return 'is neither a .tbi nor a .csi index';
  } catch (error) {
    // Cut short: a read beyond the end.
    return `is damaged: ${(error as Error).message}`;
  }
}

function inflateAll(file: Buffer): Buffer {
  const { data, used } = inflateWhole(file);
  if (used !== file.length) throw new Error(`it ends within a block, at byte ${used} of ${file.length}`);
  return data;
}

/** Sums over the references of an index. */
class Totals {
  records: number | undefined = 0;
  last = 0n;

  chunkEnd(end: bigint): void {
    if (end > this.last) this.last = end;
  }

  of(kind: 'tbi' | 'csi'): VariantIndex {
    return { kind, records: this.records, lastBlock: Number(this.last >> 16n) };
  }
}

function readCsi(data: Buffer): VariantIndex {
  const depth = data.readInt32LE(8);
  const countBin = ((1 << (3 * (depth + 1))) - 1) / 7 + 1;
  let at = 16 + data.readInt32LE(12);
  const references = data.readInt32LE(at);
  at += 4;
  const totals = new Totals();
  for (let reference = 0; reference < references; reference++)
    at = readBins(data, at, { countBin, offsetBytes: 8 }, totals);
  return totals.of('csi');
}

function readTbi(data: Buffer): VariantIndex {
  const references = data.readInt32LE(4);
  let at = 36 + data.readInt32LE(32);
  const totals = new Totals();
  for (let reference = 0; reference < references; reference++) {
    at = readBins(data, at, { countBin: 37450, offsetBytes: 0 }, totals);
    at += 4 + 8 * data.readInt32LE(at);
  }
  return totals.of('tbi');
}

interface BinLayout {
  /** The number of the bin that holds no chunks but the count. */
  readonly countBin: number;
  /** Bytes between a bin's number and its chunks: the .csi's own offset. */
  readonly offsetBytes: number;
}

/** The bins of one reference; answers where they end. */
function readBins(data: Buffer, start: number, layout: BinLayout, totals: Totals): number {
  const bins = data.readInt32LE(start);
  let at = start + 4;
  let counted = bins === 0;
  for (let bin = 0; bin < bins; bin++) {
    const number = data.readUInt32LE(at);
    at += 4 + layout.offsetBytes;
    const chunks = data.readInt32LE(at);
    at += 4;
    if (number === layout.countBin && chunks === 2) {
      totals.chunkEnd(data.readBigUInt64LE(at + 8));
      const records = Number(data.readBigUInt64LE(at + 16) + data.readBigUInt64LE(at + 24));
      if (totals.records !== undefined) totals.records += records;
      counted = true;
    } else
      for (let chunk = 0; chunk < chunks; chunk++) totals.chunkEnd(data.readBigUInt64LE(at + 16 * chunk + 8));
    at += 16 * chunks;
  }
  if (!counted) totals.records = undefined;
  return at;
}
