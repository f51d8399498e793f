import { execFileSync } from 'node:child_process';

/** A record by its fields, so that neither their order nor how they are written counts. */
export type Fields = Readonly<Record<string, string>>;

/**
 * Records of a single-sample file as bcftools reads them, those that meet the regions of a BED where one is given. Less INFO/END,
 * which exports gain.
 */
export function recordsOf(path: string, bed?: string): readonly Fields[] {
  const regions = bed === undefined ? [] : ['-T', bed, '--targets-overlap', '1'];
  const lines = execFileSync('bcftools', ['view', '-H', '--no-version', ...regions, path], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return lines.split('\n').flatMap(line => (line === '' ? [] : [fieldsOf(line)]));
}

function fieldsOf(line: string): Fields {
  const [
    chrom = '',
    pos = '',
    id = '',
    ref = '',
    alt = '',
    qual = '',
    filter = '',
    info = '',
    format = '',
    values = '',
  ] = line.split('\t');
  const fields: Record<string, string> = { chrom, pos, id, ref, alt, qual, filter };
  for (const entry of info.split(';')) {
    const [name = '', value = ''] = entry.split('=');
    if (name !== 'END' && name !== '.') fields[`INFO/${name}`] = value;
  }
  const given = values.split(':');
  for (const [at, name] of format.split(':').entries()) fields[`FORMAT/${name}`] = given[at] ?? '.';
  return fields;
}

/** What the second list has otherwise than the first, at most five sentences. */
export function differences(wanted: readonly Fields[], found: readonly Fields[]): readonly string[] {
  const said = wanted.length === found.length ? [] : [`${found.length} of ${wanted.length} records`];
  const place = ({ chrom, pos }: Fields): string => `${chrom}:${pos}`;
  for (const [k, record] of wanted.entries()) {
    const other = found[k] ?? {};
    for (const name of new Set([...Object.keys(record), ...Object.keys(other)]))
      if (record[name] !== other[name])
        said.push(`${place(record)} ${name}: ${other[name]} for ${record[name]}`);
    if (said.length >= 5) break;
  }
  return said.slice(0, 5);
}
