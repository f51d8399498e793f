import { bgzf } from '../../containers/vcf/bgzf-blocks.ts';

export interface MadeSample {
  readonly name: string;
  readonly text: string;
  /** BGZF. */
  readonly file: Buffer;
  /** CSI, with the counts that bcftools writes. */
  readonly index: Buffer;
  readonly records: readonly string[];
}

export interface SampleOptions {
  /** Records by contig. */
  readonly contigs?: Readonly<Record<string, number>>;
  /** Whether some records are blocks longer than the tool's anchor gap, as in a gVCF. */
  readonly blocks?: boolean;
  /** Columns of samples, where it is not the one that it is called after. */
  readonly samples?: readonly string[];
  readonly seed?: number;
}

/** A VCF with records that differ by sample, as bgzip and `bcftools index -c` would leave it. */
export function makeSample(name: string, options: SampleOptions = {}): MadeSample {
  const { contigs = { chr1: 6, chr2: 4 }, blocks = false, samples = [name], seed = 0 } = options;
  const records = Object.entries(contigs).flatMap(([contig, count]) =>
    Array.from({ length: count }, (_, i) => record(contig, 100 + i * 3000, blocks && i % 3 === 0, i + seed)),
  );
  const text = [
    '##fileformat=VCFv4.2',
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="End of the block">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
    '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Least depth of a block">',
    ...Object.keys(contigs).map(contig => `##contig=<ID=${contig},length=100000000>`),
    `#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${samples.join('\t')}`,
    ...records.map(each => each + each.slice(each.lastIndexOf('\t')).repeat(samples.length - 1)),
    '',
  ].join('\n');
  const file = bgzf(Buffer.from(text));
  return { name, text, file, index: makeIndex(contigs, file.length), records };
}

function record(contig: string, pos: number, isBlock: boolean, i: number): string {
  const depth = 10 + (i % 40);
  return isBlock
    ? `${contig}\t${pos}\t.\tA\t<NON_REF>\t.\t.\tEND=${pos + 2500}\tGT:DP:MIN_DP\t0/0:${depth}:${depth - 3}`
    : `${contig}\t${pos}\t.\tA\tC\t${50 + (i % 7)}\tPASS\t.\tGT:DP\t0/1:${depth}`;
}

/** Source: CSIv1.pdf. One bin with all of a contig, and the one that counts. */
export function makeIndex(contigs: Readonly<Record<string, number>>, bytes: number): Buffer {
  const end = BigInt(bytes - 28) << 16n;
  const names = Object.keys(contigs)
    .map(name => `${name}\0`)
    .join('');
  const int = (value: number): Buffer => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    return buffer;
  };
  const long = (value: bigint): Buffer => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE(value);
    return buffer;
  };
  const aux = Buffer.concat([...[2, 1, 2, 0, 35, 0, names.length].map(int), Buffer.from(names)]);
  const bins = Object.values(contigs).map(count =>
    count === 0
      ? int(0)
      : Buffer.concat([
          ...[int(2), int(0), long(0n), int(1), long(0n), long(end)],
          ...[int(37450), long(0n), int(2), long(0n), long(end), long(BigInt(count)), long(0n)],
        ]),
  );
  const head = [Buffer.from('CSI\u0001', 'latin1'), int(14), int(5), int(aux.length), aux];
  return bgzf(Buffer.concat([...head, int(bins.length), ...bins]));
}
