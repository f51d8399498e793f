import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';

/** A variant file as text. */
export interface Variants {
  /** All lines before #CHROM. */
  readonly meta: readonly string[];
  readonly samples: readonly string[];
  readonly records: readonly string[];
}

/** Reads VCF.gz by itself, BCF by bcftools, which is there in conformance. */
export function readVariants(bytes: Buffer): Variants {
  const data = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  const text =
    data.subarray(0, 3).toString('latin1') === 'BCF' ? byBcftools(bytes, 'v').toString() : data.toString();
  const lines = text.split('\n').filter(line => line !== '');
  return {
    meta: lines.filter(line => line.startsWith('##') && !line.startsWith('##bcftools_')),
    samples: (lines.find(line => line.startsWith('#CHROM')) ?? '').split('\t').slice(9),
    records: lines.filter(line => !line.startsWith('#')),
  };
}

export function byBcftools(bytes: Buffer, format: string): Buffer {
  const done = spawnSync('bcftools', ['view', '--no-version', '-O', format, '-'], {
    input: bytes,
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0) throw new Error(`bcftools: ${done.stderr}`);
  return done.stdout;
}

export const contigOf = (record: string): string => record.slice(0, record.indexOf('\t'));

/** First and last position of a record, from 1. */
export function spanOf(record: string): readonly [number, number] {
  const [, pos = '', , ref = '', , , , info = ''] = record.split('\t');
  const end = /(?:^|;)END=(\d+)/.exec(info)?.[1];
  return [Number(pos), end ? Number(end) : Number(pos) + ref.length - 1];
}

/** As the tool gives a record back: with INFO/END. */
export function withEnd(record: string): string {
  const fields = record.split('\t');
  if (/(?:^|;)END=/.test(fields[7]!)) return record;
  const end = `END=${spanOf(record)[1]}`;
  fields[7] = fields[7] === '.' ? end : `${fields[7]};${end}`;
  return fields.join('\t');
}
