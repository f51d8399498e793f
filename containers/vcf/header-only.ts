import { writeFile } from 'node:fs/promises';
import type { Region } from '../../jobs/vcf/bed.ts';
import { bgzf } from './bgzf-blocks.ts';

export type Format = 'b' | 'z' | 'v' | 't';
export const extensions: Readonly<Record<Format, string>> = { b: '.bcf', z: '.vcf.gz', v: '.vcf', t: '.tsv' };

/** The header of a file that holds no record, and says why: contigs of the regions that were asked for, and the samples. */
export function headerOnlyText(samples: readonly string[], regions: readonly Region[]): string {
  const contigs = [...new Set(regions.map(({ contig }) => contig))];
  return [
    '##fileformat=VCFv4.2',
    '##FILTER=<ID=PASS,Description="All filters passed">',
    ...contigs.map(contig => `##contig=<ID=${contig}>`),
    `##arraylab_no_records=The dataset holds no record of ${samples.length === 1 ? 'this sample' : 'these samples'} in the regions that were asked for; this header is not that of ${samples.length === 1 ? 'its file' : 'their files'}.`,
    `#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${samples.join('\t')}\n`,
  ].join('\n');
}

/** Writes such a file. tiledbvcf writes none at all for a sample without records, and exits with 0. */
export async function writeHeaderOnly(
  path: string,
  format: 'b' | 'z' | 'v',
  samples: readonly string[],
  regions: readonly Region[],
): Promise<void> {
  const text = Buffer.from(headerOnlyText(samples, regions));
  if (format === 'v') return writeFile(path, text);
  await writeFile(path, bgzf(format === 'z' ? text : bcfOf(text)));
}

function bcfOf(text: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length + 1);
  return Buffer.concat([Buffer.from('BCF\u0002\u0002', 'latin1'), length, text, Buffer.alloc(1)]);
}
