import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bedText } from '../../jobs/vcf/bed.ts';
import { mergedName } from '../../jobs/vcf/prepare-export.ts';
import { parseFolder } from '../../jobs/vcf/s3-uri.ts';
import { readIndex } from '../../jobs/vcf/variant-index.ts';
import type { OutputRecord } from '../../lib/contract/run/records.ts';
import { uploadPath } from '../runtime/upload.ts';
import { extensions, type Format, writeHeaderOnly } from './header-only.ts';
import { mergedProblem } from './merged-problem.ts';
import { openDataset } from './open-dataset.ts';
import { readRegionsOf } from './task-export.ts';
import { ToolError } from './tool.ts';
import { readVariantFile } from './variant-file.ts';
import type { VcfWorld } from './vcf-world.ts';

/** One file of all samples of a job, proved as far as it can be, with an index. */
export async function exportMerged(
  world: VcfWorld,
): Promise<{ readonly outputs: readonly OutputRecord[]; readonly records: number }> {
  const { tool } = openDataset(world);
  const names = world.items.map(({ name }) => name);
  const known = new Set(await tool.list());
  const unknown = names.filter(name => !known.has(name));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: not in the dataset`);
  const folder = join(world.folder, 'merged');
  await mkdir(folder, { recursive: true });
  const regions = await readRegionsOf(world);
  const bed = join(folder, 'regions.bed');
  await writeFile(bed, bedText(regions));
  const counts: number[] = [];
  for (const name of names) counts.push(await tool.count(name, bed));
  const format = (world.parameters.format ?? 'b') as Exclude<Format, 't'>;
  const path = join(folder, `${mergedName}${extensions[format]}`);
  if (counts.every(count => count === 0)) await writeHeaderOnly(path, format, names, regions);
  else await callMerge(world, names, path, bed);
  const file = await readVariantFile(path);
  const problem = mergedProblem(file, names, counts);
  if (typeof file === 'string' || problem) throw new Error(problem);
  const paths = [path, ...(await indexOf(path, format, file.records, world))];
  const to = parseFolder(world.parameters['dest-s3'] ?? '')!.place;
  const outputs: OutputRecord[] = [];
  for (const each of paths)
    for (const output of await uploadPath(
      world.store(to.bucket),
      each,
      `${to.key}${basename(each)}`,
      world.log,
    ))
      outputs.push({ ...output, bucket: to.bucket });
  return { outputs, records: file.records };
}

async function callMerge(
  world: VcfWorld,
  names: readonly string[],
  path: string,
  bed: string,
): Promise<void> {
  const namesFile = `${path}.names`;
  await writeFile(namesFile, names.map(name => `${name}\n`).join(''));
  const memory = String(Math.max(256, Math.floor(world.limits.memoryMiB * 0.5)));
  const format = world.parameters.format ?? 'b';
  const args = ['-O', format, '-m', '-o', path, '-f', namesFile, '-R', bed, '-b', memory];
  const called = await openDataset(world).tool.export(args, world.folder);
  if (called.exitCode !== 0) throw new ToolError('tiledbvcf export --merge', called);
}

async function indexOf(
  path: string,
  format: Format,
  records: number,
  world: VcfWorld,
): Promise<readonly string[]> {
  if (format === 'v') return [];
  const code = await world.bcftools(['index', '-f', '-c', path], world.folder);
  if (code !== 0) throw new Error(`bcftools index of the merged file exited with ${code}`);
  const index = readIndex(await readFile(`${path}.csi`));
  if (typeof index === 'string' || index.records !== records)
    throw new Error(`the index of the merged file does not count its ${records} records`);
  return [`${path}.csi`];
}
