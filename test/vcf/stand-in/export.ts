import { join } from 'node:path';
import { bgzf } from '../../../containers/vcf/bgzf-blocks.ts';
import type { Host } from './cli.ts';
import type { Dataset } from './dataset.ts';
import { mergedText } from './merge.ts';
import { type Options, Refused } from './options.ts';
import { byBcftools, contigOf, spanOf, withEnd } from './variants.ts';

/** What a full disk keeps of a file: the program closes it without looking. */
export interface ExportHost {
  write(path: string, body: Buffer): Promise<boolean>;
}

type Region = readonly [contig: string, first: number, last: number];

export async function exportFiles(
  options: Options,
  open: (options: Options) => Dataset,
  host: Host,
): Promise<number> {
  const dataset = open(options);
  await dataset.open();
  const known = await dataset.list();
  const names = await namesOf(options, known, host);
  const regions = await regionsOf(options, host);
  const everything = await dataset.recordsOf(names);
  const records = (name: string): readonly string[] => {
    const all = everything.get(name)!;
    if (!regions) return all;
    // A record is given once for every region that it meets.
    return regions.flatMap(([contig, first, last]) =>
      all.filter(each => contigOf(each) === contig && spanOf(each)[0] <= last && spanOf(each)[1] >= first),
    );
  };
  if (options.flags.has('-c')) {
    let count = 0;
    for (const name of names) count += records(name).length;
    host.out(String(count));
    return 0;
  }
  const format = options.get('-O') ?? 'b';
  if (options.flags.has('-m')) {
    const to = options.get('-o');
    if (to === undefined) throw new Refused(107, '--merge requires --output-path');
    const first = names.find(name => records(name).length > 0);
    // No file at all, and success.
    if (first === undefined) return 0;
    const { meta } = (await dataset.header(first))!;
    await host.write(to, packed(format, mergedText(names, meta, records)));
    return 0;
  }
  for (const name of names) {
    const found = records(name);
    if (found.length === 0) continue;
    if (format === 't') {
      await host.write(options.needed('-o'), Buffer.from(table(name, found, options.get('-t') ?? '')));
      continue;
    }
    const { meta } = (await dataset.header(name))!;
    const columns = `#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${name}`;
    const hasEnd = meta.some(line => line.startsWith('##INFO=<ID=END,'));
    const extension = format === 'v' ? '.vcf' : format === 'z' ? '.vcf.gz' : '.bcf';
    const text = [...meta, columns, ...(hasEnd ? found.map(withEnd) : found), ''].join('\n');
    const body = packed(format, text);
    if (!(await host.write(join(options.get('-d') ?? '.', `${name}${extension}`), body)))
      throw new Error(`could not create file for ${name}`);
  }
  return 0;
}

function packed(format: string, text: string): Buffer {
  const bytes = Buffer.from(text);
  return format === 'v' ? bytes : format === 'z' ? bgzf(bytes) : byBcftools(bytes, 'b');
}

/** -s is checked by nobody; -f is, unless it is told not to; and an empty list is everybody. */
async function namesOf(options: Options, known: readonly string[], host: Host): Promise<readonly string[]> {
  const given = options.get('-s');
  const file = options.get('-f');
  if (given !== undefined) return [...new Set(given.split(','))].filter(name => known.includes(name));
  if (file === undefined) return known;
  const text = (await host.read(file))!.toString();
  const names = text.replace(/\r/g, '').replace(/\n+$/, '').split(/\n/);
  if (text === '' || options.flags.has('--disable-check-samples')) return known;
  const wrong = names.find(name => name === '' || !known.includes(name));
  if (wrong === '') throw new Error("sample name '' is invalid");
  if (wrong !== undefined) throw new Error(`sample ${wrong} has not been registered`);
  return partition([...new Set(names)].sort(), options.get('--sample-partition'));
}

function partition(names: readonly string[], asked: string | undefined): readonly string[] {
  if (asked === undefined) return names;
  if (!/^\d+:\d+$/.test(asked)) throw new Refused(104, `--sample-partition: ${asked} failed to parse`);
  const [index, of] = asked.split(':').map(Number) as [number, number];
  if (!(of >= 1 && of <= names.length && index < of)) throw new Error('invalid sample partition');
  const start = (i: number): number => i * Math.floor(names.length / of) + Math.min(i, names.length % of);
  return names.slice(start(index), start(index + 1));
}

/** A plain .bed has its overlapping lines merged by htslib, those that touch not; -r has nothing merged. */
async function regionsOf(options: Options, host: Host): Promise<readonly Region[] | undefined> {
  const given = options.get('-r');
  if (given !== undefined)
    return given.split(',').map((each): Region => {
      const [, contig = '', first, last] = /^(.+):(\d+)-(\d+)$/.exec(each) ?? [];
      return [contig, Number(first), Number(last)];
    });
  const file = options.get('-R');
  if (file === undefined) return undefined;
  if (!/\.bed(\.gz|\.bgz)?$/.test(file)) throw new Error('the regions file must be a BED file');
  const lines = (await host.read(file))!
    .toString()
    .split(/\r?\n/)
    .filter(line => line !== '');
  if (lines.length === 0 || lines[0]!.startsWith('track')) throw new Error('cannot parse the BED file');
  const merged: [string, number, number][] = [];
  for (const line of lines) {
    const [contig = '', start, end] = line.split('\t');
    const last = merged.at(-1);
    if (last && last[0] === contig && Number(start) < last[2]) last[2] = Math.max(last[2], Number(end));
    else merged.push([contig, Number(start) + 1, Number(end)]);
  }
  return merged;
}

function table(name: string, records: readonly string[], fields: string): string {
  const columns = fields.split(',').filter(field => field !== 'SAMPLE');
  const rows = records.map(record => {
    const [CHR, POS, ID, REF, ALT, QUAL, FILTER, info = '', formats = '', values = ''] = record.split('\t');
    const plain: Record<string, string | undefined> = { CHR, POS, ID, REF, ALT, QUAL, FILTER };
    const of = (field: string): string => {
      const [kind, id] = field.split(':');
      if (id === undefined) return plain[field] ?? '.';
      if (kind === 'I') return new RegExp(`(?:^|;)${id}=([^;]*)`).exec(info)?.[1] ?? '.';
      return values.split(':')[formats.split(':').indexOf(id)] ?? '.';
    };
    return [name, ...columns.map(of)].join('\t');
  });
  return `${[['SAMPLE', ...columns].join('\t'), ...rows].join('\n')}\n`;
}
