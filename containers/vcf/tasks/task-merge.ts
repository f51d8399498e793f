import { link, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { mergedName } from '../../../jobs/vcf/prepare-export.ts';
import { parseFolder } from '../../../jobs/vcf/s3-uri.ts';
import { readIndex } from '../../../jobs/vcf/variant-index.ts';
import type { OutputRecord } from '../../../lib/contract/run/records.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { uploadPath } from '../../runtime/upload.ts';
import { exportOnce } from '../export/export-once.ts';
import type { ExportWorld } from '../export/export-world.ts';
import { mergeFiles, type OwnFile } from '../export/merge-files.ts';
import { provedMerge } from '../export/merged-proof.ts';
import { extensions, writeHeaderOnly } from '../header-only.ts';
import type { VcfWorld } from '../vcf-world.ts';
import { exportWorldOf } from './task-export.ts';

export interface Merged {
  readonly outputs: readonly OutputRecord[];
  readonly records: number;
  /** Samples. */
  readonly withoutRecords: number;
  /** Blocks of samples whose record has another sample's END. */
  readonly otherEnds: number;
}

/**
 * One file of all samples of a job, with an index. Each sample's own file is exported and proved first, and bcftools merges
 * these; then every record of every sample is looked for in what it has made. The tool's own merge is not used: it gives a
 * record for every region that it meets, and takes the numbers of one header's contigs and fields for another's.
 */
export async function exportMerged(world: VcfWorld): Promise<Merged> {
  const folder = join(world.folder, 'merged');
  await mkdir(folder, { recursive: true });
  const kept = new Map<string, OwnFile>();
  const names = world.items.map(({ name }) => name);
  const asked = await exportWorldOf(world);
  const format = asked.format as 'b' | 'z' | 'v';
  const exporting: ExportWorld = {
    ...asked,
    // Files of samples have to have indexes.
    format: format === 'v' ? 'z' : format,
    before: async () => undefined,
    deliver: async (name, paths, records) => {
      const to = paths.map(path => join(folder, `${names.indexOf(name)}-${basename(path)}`));
      for (const [k, path] of paths.entries()) await link(path, to[k]!);
      kept.set(name, { name, path: to[0]!, records });
      return { records, outputs: [] };
    },
  };
  const samples = await exportOnce(names, exporting);
  world.signal.throwIfAborted();
  const failed = samples.flatMap(each => (each.is === 'failed' ? [each.reason] : []));
  if (failed.length > 0)
    throw new Error(
      `${failed.length} of ${counted(names.length, 'sample')} failed, and nothing was merged: ${failed[0]}`,
    );
  const own = names.map(name => kept.get(name)!);
  const path = join(folder, `${mergedName}${extensions[format]}`);
  if (own.every(({ records }) => records === 0)) await writeHeaderOnly(path, format, names, asked.regions);
  else await mergeFiles(own, path, format, world);
  const { records, otherEnds } = await provedMerge(path, own, world);
  const paths = [path, ...(format === 'v' ? [] : [await indexOf(path, records, world)])];
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
  return { outputs, records, withoutRecords: own.filter(each => each.records === 0).length, otherEnds };
}

async function indexOf(path: string, records: number, world: VcfWorld): Promise<string> {
  const code = await world.bcftools(['index', '-f', '-c', path], world.folder);
  if (code !== 0) throw new Error(`bcftools index of the merged file exited with ${code}`);
  const index = readIndex(await readFile(`${path}.csi`));
  if (typeof index === 'string' || index.records !== records)
    throw new Error(`the index of the merged file does not count its ${counted(records, 'record')}`);
  return `${path}.csi`;
}
