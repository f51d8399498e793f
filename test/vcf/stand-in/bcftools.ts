import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bgzf } from '../../../containers/vcf/bgzf-blocks.ts';
import { makeIndex } from '../sample-files.ts';
import { mergedText } from './merge.ts';
import { readVariants, type Variants } from './variants.ts';

/**
 * For tests that have no bcftools, over VCF and VCF.gz: `index -f -c FILE`, `annotate -x ^FIELDS -O z -o OUT FILE`, `view -O v|z -o OUT
 * FILE`, `merge -O v|z -o OUT -l LIST`, and `query [-R CONTIGS] -o OUT FILE` of the columns that our proof asks for.
 */
export function bcftools(
  [command, ...args]: readonly string[],
  at = (path: string): string => resolve(path),
): number {
  const path = at(args.at(-1)!);
  const option = (name: string): string | undefined =>
    args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const file = (name: string): string => at(option(name)!);
  const read = (from: string): Variants => readVariants(readFileSync(at(from)));
  const write = (text: string): void =>
    writeFileSync(file('-o'), option('-O') === 'z' ? bgzf(Buffer.from(text)) : text);
  if (command === 'index') {
    const contigs: Record<string, number> = {};
    for (const record of read(path).records)
      contigs[record.split('\t')[0]!] = (contigs[record.split('\t')[0]!] ?? 0) + 1;
    writeFileSync(`${path}.csi`, makeIndex(contigs, readFileSync(path).length));
  } else if (command === 'annotate') {
    const kept = new Set(option('-x')!.replace(/^\^/, '').split(','));
    const lines = gunzipSync(readFileSync(path)).toString().split('\n');
    write(lines.map(line => cut(line, kept)).join('\n'));
  } else if (command === 'view') write(gunzipSync(readFileSync(path)).toString());
  else if (command === 'merge') {
    const files = readFileSync(file('-l'), 'utf8').trim().split('\n').map(read);
    const all = new Map(files.map(file => [file.samples[0]!, file]));
    const meta = [...new Set(files.flatMap(file => file.meta))];
    write(mergedText([...all.keys()], meta, name => all.get(name)!.records));
  } else if (command === 'query') {
    const { records } = read(path);
    const contigs = args.includes('-R') && readFileSync(file('-R'), 'utf8').split('\n');
    const wanted = contigs
      ? contigs.flatMap(line => records.filter(each => each.split('\t')[0] === line.split('\t')[0]))
      : records;
    write(wanted.map(record => `${looked(record)}\n`).join(''));
  } else return 1;
  return 0;
}

function looked(record: string): string {
  const [contig, pos, , ref, alt, , , info = '', , ...columns] = record.split('\t');
  const end = /(?:^|;)END=(\d+)/.exec(info)?.[1] ?? '.';
  return [contig, pos, ref, alt, end, ...columns.map(column => column.split(':')[0])].join('\t');
}

function cut(line: string, kept: ReadonlySet<string>): string {
  if (line === '' || line.startsWith('#')) return line;
  const fields = line.split('\t');
  const info = fields[7]!.split(';').filter(each => kept.has(`INFO/${each.split('=')[0]}`));
  fields[7] = info.join(';') || '.';
  const ids = fields[8]!.split(':');
  const at = ids.flatMap((id, i) => (kept.has(`FORMAT/${id}`) ? [i] : []));
  fields[8] = at.map(i => ids[i]).join(':');
  fields[9] = at.map(i => fields[9]!.split(':')[i]).join(':');
  return fields.join('\t');
}
