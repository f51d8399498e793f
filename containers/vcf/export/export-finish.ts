import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIndex } from '../../../jobs/vcf/variant-index.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { extensions } from '../header-only.ts';
import { hasRepeats, keepOnce } from '../store/keep-once.ts';
import { exportProblem } from './export-files.ts';
import type { ExportedSample, ExportWorld } from './export-world.ts';

/** Leaves each record of a whole file once, cuts it down to the fields that were asked for, indexes it, delivers both and clears them away. */
export async function finish(
  name: string,
  path: string,
  counted: number,
  world: ExportWorld,
): Promise<ExportedSample> {
  const failed = (reason: string): ExportedSample => ({ name, is: 'failed', reason });
  const { format, attributes, folder, regions } = world;
  let records = counted;
  // The tool counts and gives a record for every region that it meets.
  if (format !== 't' && (await hasRepeats(path, regions))) {
    const kept = `${path}.once`;
    const found = await keepOnce(path, kept, format, regions);
    if (typeof found === 'string') return failed(`the file of ${name} ${found}`);
    records = found;
    const problem = await exportProblem(kept, format, name, records);
    if (problem) return failed(`the file of ${name}, each record once, ${problem}`);
    await rm(path);
    path = kept;
  }
  if (attributes.length > 0 && format !== 't' && records > 0) {
    const kept = `${path}.kept`;
    const code = await world.bcftools(
      ['annotate', '-x', keeping(attributes), '-O', format, '-o', kept, path],
      folder,
    );
    const problem = code === 0 ? await exportProblem(kept, format, name, records) : `exit code ${code}`;
    if (problem) return failed(`bcftools annotate of ${name}: ${problem}`);
    await rm(path);
    path = kept;
  }
  const target = join(folder, `${name}${extensions[format]}`);
  if (path !== target) await rename(path, target);
  const index = await makeIndex(target, records, world);
  if (typeof index === 'object') return failed(`the index of ${name} ${index.problem}`);
  const delivered = await world.deliver(name, index ? [target, index] : [target], records);
  await rm(target);
  if (index) await rm(index);
  return { name, is: 'done', delivered };
}

/** INFO/END stays: without it the length of a reference block is lost. */
const keeping = (attributes: readonly string[]): string => {
  const of = (kind: string): string[] =>
    attributes.filter(name => name.startsWith(kind)).map(name => name.slice(kind.length));
  const info = [...new Set(['END', ...of('info_')])].map(id => `INFO/${id}`);
  const format = [...new Set(['GT', ...of('fmt_')])].map(id => `FORMAT/${id}`);
  return `^${[...info, ...format].join(',')}`;
};

/** The path of a CSI index that counts what the file holds; none for plain text. */
async function makeIndex(
  path: string,
  records: number,
  { format, folder, bcftools }: ExportWorld,
): Promise<string | undefined | { readonly problem: string }> {
  if (format !== 'b' && format !== 'z') return undefined;
  const code = await bcftools(['index', '-f', '-c', path], folder);
  if (code !== 0) return { problem: `could not be made: bcftools index exited with ${code}` };
  const index = readIndex(await readFile(`${path}.csi`));
  if (typeof index === 'string') return { problem: index };
  return index.records === records
    ? `${path}.csi`
    : { problem: `counts ${index.records} of ${counted(records, 'record')}` };
}
