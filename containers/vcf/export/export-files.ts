import { readFile } from 'node:fs/promises';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Format } from '../header-only.ts';
import { readVariantFile } from '../variant-file.ts';

/**
 * Whether a file of an export holds one sample's records, all of them and nothing else: undefined, or what is wrong. The tool
 * exits with 0 on a full disk and leaves files of 0 bytes.
 */
export async function exportProblem(
  path: string,
  format: Format,
  sample: string,
  records: number,
): Promise<string | undefined> {
  const found = format === 't' ? await readTable(path, sample) : await readVariants(path, sample);
  if (typeof found === 'string') return found;
  return found === records ? undefined : `holds ${found} of ${counted(records, 'record')}`;
}

async function readVariants(path: string, sample: string): Promise<number | string> {
  const file = await readVariantFile(path);
  if (typeof file === 'string') return file;
  const { samples } = file.header;
  if (samples.length !== 1 || samples[0] !== sample) return `is of ${samples.join(', ') || 'no sample'}`;
  return file.records;
}

/** A table has its header line, and the sample's name in the first column of every other. */
async function readTable(path: string, sample: string): Promise<number | string> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return 'is not there';
  if (bytes.length === 0) return 'has 0 bytes';
  if (bytes.at(-1) !== 0x0a) return 'ends within a line';
  const mine = Buffer.from(`${sample}\t`);
  let lines = 0;
  for (let at = bytes.indexOf(0x0a) + 1; at < bytes.length; at = bytes.indexOf(0x0a, at) + 1) {
    if (!bytes.subarray(at, at + mine.length).equals(mine)) return 'holds a line of another sample';
    lines++;
  }
  return lines;
}
