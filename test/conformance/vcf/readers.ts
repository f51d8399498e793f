import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeHeaderOnly } from '../../../containers/vcf/header-only.ts';
import { readVariantFile } from '../../../containers/vcf/variant-file.ts';
import { readIndex } from '../../../jobs/vcf/variant-index.ts';

/** `node readers.ts FOLDER WORK`: what we read of bcftools' files is what bcftools reads, and it reads what we write. */
const [folder = '', work = ''] = process.argv.slice(2);
const bcftools = (...args: string[]): string =>
  execFileSync('bcftools', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const files = readdirSync(folder).filter(name => name.endsWith('.bcf'));
for (const name of files) {
  const bcf = join(folder, name);
  const records = Number(bcftools('index', '-n', bcf));
  const vcf = join(work, name.replace('.bcf', '.vcf.gz'));
  bcftools('view', '-Oz', '-o', vcf, bcf);
  bcftools('index', '-f', '-t', vcf);
  for (const [path, suffix] of [
    [bcf, '.csi'],
    [vcf, '.tbi'],
  ] as const) {
    const index = readIndex(readFileSync(`${path}${suffix}`));
    assert(typeof index === 'object');
    assert.equal(index.records, records);
    // The last record ends less than a block before the block that ends the file.
    const rest = statSync(path).size - 28 - index.lastBlock;
    assert(rest >= 0 && rest < 65_536, `${path}: ${rest}`);
    const read = await readVariantFile(path);
    assert(typeof read === 'object');
    assert.equal(read.records, records);
    assert.deepEqual(read.header.samples, [name.replace('.bcf', '')]);
  }
}
for (const format of ['b', 'z'] as const) {
  const path = join(work, `empty.${format === 'b' ? 'bcf' : 'vcf.gz'}`);
  await writeHeaderOnly(path, format, ['NA1'], [{ contig: 'chr1', start: 0, end: 9 }]);
  bcftools('index', '-f', '-c', path);
  assert.equal(bcftools('index', '-n', path).trim(), '0');
  assert.equal(bcftools('query', '-l', path).trim(), 'NA1');
  const index = readIndex(readFileSync(`${path}.csi`));
  assert(typeof index === 'object' && index.records === 0);
}
console.log(
  `ok      ${files.length} BCFs and VCFs, their .csi and .tbi read as bcftools reads them; it reads files without records of ours`,
);
