/** What we read of the header of a variant file. */
export interface VariantHeader {
  readonly format: 'vcf' | 'bcf';
  readonly samples: readonly string[];
  /** By their number in a BCF's records. */
  readonly contigs: readonly string[];
  /** IDs of the INFO and FORMAT lines, in their order. */
  readonly info: readonly string[];
  readonly formats: readonly string[];
  /** Bytes of the file, inflated, that the header takes. */
  readonly bytes: number;
}

/**
 * The header at the start of a VCF's or BCF's inflated bytes: undefined where more of them are needed, an error's sentence
 * where it is neither. Source: VCF 4.3, sections 1 and 6.2.
 */
export function readHeader(data: Buffer): VariantHeader | string | undefined {
  const isBcf = data.subarray(0, 3).toString('latin1') === 'BCF';
  if (!isBcf) return readVcf(data);
  if (data.length < 9) return undefined;
  if (data[3] !== 2) return `is BCF version ${data[3]}, and only 2 is read`;
  const end = 9 + data.readUInt32LE(5);
  if (data.length < end) return undefined;
  // The text may end with a zero.
  return parseText(data.subarray(9, end).toString('utf8').replace(/\0+$/, ''), 'bcf', end);
}

function readVcf(data: Buffer): VariantHeader | string | undefined {
  const first = '##fileformat=VCF';
  if (data.length < first.length) return undefined;
  if (data.subarray(0, first.length).toString('latin1') !== first) return 'is neither VCF nor BCF';
  const columns = data.indexOf('\n#CHROM');
  if (columns < 0) {
    const stray = /\n[^#]/.exec(data.toString('latin1'));
    return stray ? 'has no line #CHROM in its header' : undefined;
  }
  const end = data.indexOf('\n', columns + 1);
  return end < 0 ? undefined : parseText(data.subarray(0, end).toString('utf8'), 'vcf', end + 1);
}

function parseText(text: string, format: 'vcf' | 'bcf', bytes: number): VariantHeader | string {
  const lines = text.split(/\r?\n/);
  const columns = lines.find(line => line.startsWith('#CHROM'));
  if (columns === undefined) return 'has no line #CHROM in its header';
  const ids = (kind: string): string[] =>
    lines.flatMap(line =>
      line.startsWith(`##${kind}=<`) ? (/[<,]ID=([^,>]+)/.exec(line)?.slice(1) ?? []) : [],
    );
  return {
    format,
    samples: columns.split('\t').slice(9),
    contigs: contigsOf(lines),
    info: ids('INFO'),
    formats: ids('FORMAT'),
    bytes,
  };
}

/** In their order, but where a line says its own number, as bcftools writes it. */
function contigsOf(lines: readonly string[]): readonly string[] {
  const contigs: string[] = [];
  for (const line of lines) {
    if (!line.startsWith('##contig=<')) continue;
    const id = /[<,]ID=([^,>]+)/.exec(line)?.[1];
    const index = /[<,]IDX=(\d+)/.exec(line)?.[1];
    if (id !== undefined) contigs[index === undefined ? contigs.length : Number(index)] = id;
  }
  return contigs;
}
