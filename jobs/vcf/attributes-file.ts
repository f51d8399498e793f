import { compressionOf, inflateWhole } from './bgzf.ts';
import { readHeader, type VariantHeader } from './header.ts';
import type { Peek } from './look.ts';
import { parseS3Uri } from './s3-uri.ts';

/** What `--vcf-attributes` names: a file that is frozen with the run, or an `s3://` URI of a place. */
export interface AttributesFile {
  readonly name: string;
  /** Its bytes, where it is frozen. */
  readonly body?: Buffer | undefined;
}

/** The header of a VCF or BCF whose fields become attributes, plain or BGZF; a sentence where it has none. */
export async function readAttributesFile(
  { name, body }: AttributesFile,
  peek: Peek,
): Promise<VariantHeader | string> {
  if (body) return headerOf(body, true) ?? 'ends within its header';
  const at = parseS3Uri(name);
  if (!at?.key) return 'is no file of this machine, and no s3://bucket/key';
  for (let wanted = 65_536; ; wanted *= 8) {
    const peeked = await peek(at, [0, wanted]);
    if (!peeked) return 'does not exist';
    const isWhole = peeked.bytes.length >= peeked.size;
    const header = headerOf(peeked.bytes, isWhole);
    if (header !== undefined) return header;
    if (isWhole) return 'ends within its header';
  }
}

function headerOf(bytes: Buffer, isWhole: boolean): VariantHeader | string | undefined {
  if (bytes.length === 0) return 'is empty';
  const compression = compressionOf(bytes);
  if (compression === 'gzip') return 'is gzip and not BGZF: bcftools view -h FILE > header.vcf';
  try {
    const header = readHeader(compression === 'bgzf' ? inflateWhole(bytes).data : bytes);
    return header === undefined && isWhole ? 'ends within its header' : header;
  } catch (error) {
    return `cannot be inflated: ${(error as Error).message}`;
  }
}
