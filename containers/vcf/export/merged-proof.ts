import { rm, writeFile } from 'node:fs/promises';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { textLines } from '../text-lines.ts';
import { readVariantFile } from '../variant-file.ts';
import type { VcfWorld } from '../vcf-world.ts';
import { compareMerged } from './compare-merged.ts';
import type { OwnFile } from './merge-files.ts';

/** What is looked at of a record, in a file of one sample or of all. */
const looked = '%CHROM\\t%POS\\t%REF\\t%ALT\\t%INFO/END[\\t%GT]\\n';

/**
 * That a merged file opens, ends as it should, is of the samples that were asked for, and holds each record of each of
 * their own files and nothing else. Throws what is wrong.
 */
export async function provedMerge(
  path: string,
  own: readonly OwnFile[],
  world: Pick<VcfWorld, 'bcftools' | 'folder' | 'signal'>,
): Promise<{ readonly records: number; readonly otherEnds: number }> {
  const file = await readVariantFile(path);
  if (typeof file === 'string') throw new Error(`the merged file ${file}`);
  const { samples } = file.header;
  if (samples.join('\n') !== own.map(({ name }) => name).join('\n'))
    throw new Error(
      `the merged file is of ${counted(samples.length, 'sample')} (${samples.slice(0, 3).join(', ')}), and not of the ${own.length} that were asked for`,
    );
  const text = `${path}.text`;
  await query(path, text, [], world);
  const contigs = await contigsOf(text);
  // Records of each sample in the order in which the merged file has its contigs.
  const order = `${path}.contigs`;
  await writeFile(order, contigs.map(contig => `${contig}\t1\t2147483646\n`).join(''));
  const texts: { name: string; path: string; records: number }[] = [];
  for (const { name, path: of, records } of own) {
    if (records === 0) continue;
    texts.push({ name, path: `${of}.text`, records });
    await query(of, `${of}.text`, contigs.length > 0 ? ['-R', order] : [], world);
  }
  const { problem, records, otherEnds } = await compareMerged(text, samples, texts, world.signal);
  if (problem) throw new Error(problem);
  if (records !== file.records)
    throw new Error(
      `the merged file holds ${counted(file.records, 'record')}, and bcftools query prints ${records}`,
    );
  for (const each of [text, order, ...texts.map(({ path: of }) => of)]) await rm(each);
  return { records, otherEnds };
}

async function query(
  path: string,
  to: string,
  more: readonly string[],
  { bcftools, folder }: Pick<VcfWorld, 'bcftools' | 'folder'>,
): Promise<void> {
  const code = await bcftools(['query', ...more, '-f', looked, '-o', to, path], folder);
  if (code !== 0) throw new Error(`bcftools query exited with ${code}`);
}

/** In the order in which they come. */
async function contigsOf(text: string): Promise<readonly string[]> {
  const contigs = new Set<string>();
  for (const line of textLines(text)) contigs.add(line.slice(0, line.indexOf('\t')));
  return [...contigs];
}
