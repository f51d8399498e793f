import { spanOf, withEnd } from './variants.ts';

/**
 * The text of `export --merge`: records of several samples that are alike in position and alleles are one, sorted, with `./.` for
 * a sample that has none there.
 */
export function mergedText(
  names: readonly string[],
  meta: readonly string[],
  records: (name: string) => readonly string[],
): string {
  const hasEnd = meta.some(line => line.startsWith('##INFO=<ID=END,'));
  const rows = new Map<string, Map<string, readonly string[]>>();
  for (const name of names)
    for (const record of records(name)) {
      const fields = (hasEnd ? withEnd(record) : record).split('\t');
      const key = [...fields.slice(0, 5), spanOf(record)[1]].join('\t');
      rows.set(key, (rows.get(key) ?? new Map<string, readonly string[]>()).set(name, fields));
    }
  const lines = [...rows.values()].map(row => {
    const [first] = row.values();
    const ids = [...new Set([...row.values()].flatMap(fields => fields[8]!.split(':')))];
    const columns = names.map(name => {
      const fields = row.get(name);
      if (!fields) return './.';
      const own = fields[8]!.split(':');
      return ids.map(id => fields[9]!.split(':')[own.indexOf(id)] ?? '.').join(':');
    });
    return [...first!.slice(0, 8), ids.join(':'), ...columns];
  });
  lines.sort((a, b) => (a[0] === b[0] ? Number(a[1]) - Number(b[1]) : a[0]! < b[0]! ? -1 : 1));
  const head = `#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${names.join('\t')}`;
  return [...meta, head, ...lines.map(line => line.join('\t')), ''].join('\n');
}
