import { compressionOf, inflateWhole } from './bgzf.ts';
import { readHeader, type VariantHeader } from './header.ts';
import { parseS3Uri, type S3Uri, s3Uri } from './s3-uri.ts';
import { readIndex, type VariantIndex } from './variant-index.ts';

/** An object, or the range of it that was asked for. */
export interface Peeked {
  readonly bytes: Buffer;
  /** Of the whole object. */
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Date;
}

/** One ranged GET, `[first, end)` in bytes; undefined where there is no such object. Throws what S3 refuses. */
export type Peek = (at: S3Uri, range?: readonly [number, number]) => Promise<Peeked | undefined>;

/** What a line of the list names. */
export interface SampleLine {
  readonly uri: string;
  /** Where the line has it; else it is looked for beside the file. */
  readonly index?: string | undefined;
}

export interface LookedSample {
  readonly header: VariantHeader;
  readonly file: Omit<Peeked, 'bytes'>;
  readonly index: VariantIndex & Omit<Peeked, 'bytes'> & { readonly uri: string };
}

/** A header of a human genome with all its decoy contigs takes less than this, compressed; else more is read. */
const firstBytes = 65_536;

/**
 * Header and index of a file by two requests, where its header is short and its index has the suffix that is tried first.
 * The index is read by its own URI into memory: htslib would leave it in the current folder under its last name alone, and
 * take it for the next file of that name. Answers sentences where something is wrong.
 */
export async function lookAt(
  peek: Peek,
  line: SampleLine,
  suffixes: IndexSuffixes,
): Promise<LookedSample | readonly string[]> {
  const at = parseS3Uri(line.uri);
  if (!at?.key) return ['is no s3://bucket/key'];
  const [file, index] = await Promise.all([readStart(peek, at), findIndex(peek, at, line.index, suffixes)]);
  const problems = [file, index].filter(each => typeof each === 'string');
  if (typeof file === 'string' || typeof index === 'string') return problems;
  return { header: file.header, file: file.info, index };
}

async function readStart(
  peek: Peek,
  at: S3Uri,
): Promise<{ readonly header: VariantHeader; readonly info: Omit<Peeked, 'bytes'> } | string> {
  for (let wanted = firstBytes; ; wanted *= 8) {
    const peeked = await peek(at, [0, wanted]);
    if (!peeked) return 'does not exist';
    const { bytes, ...info } = peeked;
    if (info.size === 0) return 'is empty';
    const compression = compressionOf(bytes);
    if (compression === 'none') return 'is not compressed: bgzip it (bcftools view -Ob) and index it';
    if (compression === 'gzip') return 'is gzip and not BGZF: recompress it with bgzip and index it';
    const header = tryHeader(bytes);
    if (typeof header === 'string') return header;
    if (header) return { header, info };
    if (bytes.length >= info.size) return 'ends within its header';
  }
}

function tryHeader(bytes: Buffer): VariantHeader | string | undefined {
  try {
    return readHeader(inflateWhole(bytes).data);
  } catch (error) {
    return `cannot be inflated: ${(error as Error).message}`;
  }
}

/** Which suffix is tried first: the one that the file's kind has as a rule, then the one that was found last. */
export class IndexSuffixes {
  private readonly known = new Map<string, readonly string[]>();

  of(key: string): readonly string[] {
    return this.known.get(kindOf(key)) ?? (kindOf(key) === 'vcf' ? ['.tbi', '.csi'] : ['.csi', '.tbi']);
  }

  found(key: string, suffix: string): void {
    this.known.set(kindOf(key), suffix === '.tbi' ? ['.tbi', '.csi'] : ['.csi', '.tbi']);
  }
}

const kindOf = (key: string): 'vcf' | 'bcf' => (/\.vcf(\.b?gz)?$/i.test(key) ? 'vcf' : 'bcf');

async function findIndex(
  peek: Peek,
  file: S3Uri,
  named: string | undefined,
  suffixes: IndexSuffixes,
): Promise<LookedSample['index'] | string> {
  if (named !== undefined) {
    const at = parseS3Uri(named);
    if (!at?.key) return `has the index ${named}, which is no s3://bucket/key`;
    const peeked = await peek(at);
    return peeked ? parsed(named, peeked) : `has the index ${named}, which does not exist`;
  }
  for (const suffix of suffixes.of(file.key)) {
    const at = { bucket: file.bucket, key: `${file.key}${suffix}` };
    const peeked = await peek(at);
    if (!peeked) continue;
    suffixes.found(file.key, suffix);
    return parsed(s3Uri(at), peeked);
  }
  return `has no index beside it (.csi or .tbi): bcftools index, or its URI after a tab`;
}

function parsed(uri: string, { bytes, ...info }: Peeked): LookedSample['index'] | string {
  const index = readIndex(bytes);
  return typeof index === 'string' ? `has the index ${uri}, which ${index}` : { ...index, ...info, uri };
}
