import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { bgzf } from '../../../containers/vcf/bgzf-blocks.ts';
import { makeIndex } from '../sample-files.ts';

/** `index -f -c FILE` and `annotate -x ^FIELDS -O z -o OUT FILE` over VCF.gz, for tests that have no bcftools. */
const [command, ...args] = process.argv.slice(2);
const path = args.at(-1)!;
const lines = gunzipSync(readFileSync(path)).toString().split('\n');
if (command === 'index') {
  const contigs: Record<string, number> = {};
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue;
    const contig = line.split('\t')[0]!;
    contigs[contig] = (contigs[contig] ?? 0) + 1;
  }
  writeFileSync(`${path}.csi`, makeIndex(contigs, readFileSync(path).length));
} else if (command === 'annotate') {
  const kept = new Set(args[args.indexOf('-x') + 1]!.replace(/^\^/, '').split(','));
  writeFileSync(
    args[args.indexOf('-o') + 1]!,
    bgzf(Buffer.from(lines.map(line => cut(line, kept)).join('\n'))),
  );
} else process.exitCode = 1;

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
