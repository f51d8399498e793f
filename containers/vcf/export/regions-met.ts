import type { Region } from '../../../jobs/vcf/bed.ts';
import type { VariantHeader } from '../../../jobs/vcf/header.ts';

/** Where a record lies: `[start, end)` of a contig, from 0, as far as INFO/END or its REF says. */
interface Span {
  readonly contig: string;
  readonly start: number;
  readonly end: number;
}

/** How many of some regions (sorted, none of which overlaps or touches another) a record meets. */
export function regionsMet(regions: readonly Region[]): (record: Buffer, header: VariantHeader) => number {
  const contigs = Map.groupBy(regions, ({ contig }) => contig);
  return (record, header) => {
    const { contig, start, end } = header.format === 'bcf' ? bcfSpan(record, header) : vcfSpan(record);
    const list = contigs.get(contig) ?? [];
    let met = 0;
    for (let at = firstEndingAfter(list, start); at < list.length && list[at]!.start < end; at++) met++;
    return met;
  };
}

function firstEndingAfter(list: readonly Region[], position: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.end > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Source: VCF 4.3, section 6.3.1: CHROM, POS and rlen after the two lengths. */
function bcfSpan(record: Buffer, { contigs }: VariantHeader): Span {
  const start = record.readInt32LE(12);
  return { contig: contigs[record.readInt32LE(8)] ?? '', start, end: start + record.readInt32LE(16) };
}

function vcfSpan(record: Buffer): Span {
  const [contig = '', pos = '', , ref = '', , , , info = ''] = record.toString('utf8').split('\t', 8);
  const start = Number(pos) - 1;
  const end = /(?:^|;)END=(\d+)/.exec(info)?.[1];
  return { contig, start, end: end === undefined ? start + ref.length : Number(end) };
}

/** Which place on its contig a record begins at, as bytes that are alike for records of one place. */
export function placeOf(record: Buffer, { format }: VariantHeader): Buffer {
  if (format === 'bcf') return record.subarray(8, 16);
  return record.subarray(0, record.indexOf(0x09, record.indexOf(0x09) + 1));
}
