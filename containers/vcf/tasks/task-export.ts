import { basename, join } from 'node:path';
import { type Region, readBed } from '../../../jobs/vcf/bed.ts';
import { parseFolder, parseS3Uri } from '../../../jobs/vcf/s3-uri.ts';
import { uploadPath } from '../../runtime/upload.ts';
import { type Delivered, type ExportedSample, type ExportWorld, exportOnce } from '../export/export-once.ts';
import type { Format } from '../header-only.ts';
import { openDataset } from '../open-dataset.ts';
import type { VcfWorld } from '../vcf-world.ts';

/** Samples on disk at once. */
const batch = 20;

/** Names of the run that the dataset does not have: asked before any of them is exported. */
export async function unknownNames(world: VcfWorld): Promise<readonly string[]> {
  const known = new Set(await openDataset(world).tool.list());
  return world.items.map(({ name }) => name).filter(name => !known.has(name));
}

/** Exports a shard's samples into the destination. */
export async function exportShard(world: VcfWorld): Promise<readonly ExportedSample[]> {
  return exportOnce(
    world.items.map(({ name }) => name),
    await exportWorldOf(world),
  );
}

/** What a job's parameters ask for, delivered into the destination. */
export async function exportWorldOf(world: VcfWorld): Promise<ExportWorld> {
  const { parameters } = world;
  const to = parseFolder(parameters['dest-s3'] ?? '')!.place;
  const destination = world.store(to.bucket);
  return {
    tool: openDataset(world).tool,
    regions: await readRegionsOf(world),
    format: (parameters.format ?? 'b') as Format,
    attributes: (parameters.attributes ?? '')
      .split(',')
      .map(name => name.trim())
      .filter(name => name !== ''),
    memoryMiB: Math.max(256, Math.floor(world.limits.memoryMiB * 0.5)),
    batch,
    folder: join(world.folder, 'export'),
    signal: world.signal,
    bcftools: world.bcftools,
    before: async name => {
      const text = await world.checkpoint(name).read();
      if (text === undefined) return undefined;
      const delivered = JSON.parse(text) as Delivered;
      const heads = await Promise.all(delivered.outputs.map(({ key }) => destination.head(key)));
      return heads.every((head, i) => head?.size === delivered.outputs[i]!.bytes) ? delivered : undefined;
    },
    deliver: async (name, paths, records) => {
      const outputs = await Promise.all(
        paths.map(path => uploadPath(destination, path, `${to.key}${basename(path)}`, world.log)),
      );
      const delivered = { records, outputs: outputs.flat().map(each => ({ ...each, bucket: to.bucket })) };
      await world.checkpoint(name).write(JSON.stringify(delivered));
      return delivered;
    },
    log: world.log,
  };
}

/** The regions of the run, as they were when it was submitted. */
export async function readRegionsOf({
  parameters,
  items,
  store,
  file,
}: VcfWorld): Promise<readonly Region[]> {
  const bed = parameters.bed ?? '';
  const frozen = await file('bed');
  if (frozen) return readBed(frozen, bed);
  const at = parseS3Uri(bed);
  if (!at?.key) throw new Error(`--bed ${bed} is no s3://bucket/key`);
  const bedStore = store(at.bucket);
  const [info, body] = [await bedStore.head(at.key), await bedStore.get(at.key)];
  if (!info || !body) throw new Error(`${bed} is gone`);
  const seen = items[0]?.labels?.bed;
  if (seen !== undefined && info.etag !== seen)
    throw new Error(`${bed} has changed since it was submitted: exports would be of different regions`);
  return readBed(body, bed);
}
