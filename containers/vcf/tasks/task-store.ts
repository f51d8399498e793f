import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseS3Uri } from '../../../jobs/vcf/s3-uri.ts';
import { readIndex } from '../../../jobs/vcf/variant-index.ts';
import type { ObjectInfo, Store } from '../../../lib/contract/ports/ports.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import type { Item } from '../../../lib/contract/workload/workload.ts';
import { clockProblem } from '../clock-check.ts';
import type { Fetch, Sample } from '../local-files.ts';
import { openDataset, readMarker } from '../open-dataset.ts';
import { Touches } from '../settle.ts';
import { storeSizes } from '../sizes.ts';
import { type StoredShard, storeOnce } from '../store/store-once.ts';
import { readVariantFile } from '../variant-file.ts';
import type { VcfWorld } from '../vcf-world.ts';

export interface StoredSamples extends StoredShard {
  /** Statistics arrays are on, and samples were repaired: frequencies are too high now. */
  readonly staleStatistics: boolean;
}

/** Stores a shard's samples; throws where not even that can be begun. */
export async function storeShard(world: VcfWorld): Promise<StoredSamples> {
  const dataset = openDataset(world);
  const off = await clockProblem(dataset.store, `${dataset.prefix}arraylab-clock`, world.clock.now);
  if (off) throw new Error(off);
  const marker = await readMarker(dataset);
  if (!marker) throw new Error(`the dataset ${dataset.uri} is not one that this run has opened`);
  const samples = await mapLimit(world.items, 8, item => sampleOf(item, world));
  const itemOf = new Map(samples.map((sample, i) => [sample.name, world.items[i]!.name]));
  const stored = await storeOnce(samples, {
    tool: dataset.tool,
    fetch: fetchOf(world),
    touches: new Touches(sample => world.checkpoint(itemOf.get(sample)!), world.clock),
    sizes: storeSizes(world.limits),
    folder: join(world.folder, 'files'),
    signal: world.signal,
    log: world.log,
  });
  const repaired = stored.samples.some(({ is }) => is === 'repaired');
  return { ...stored, staleStatistics: marker.statistics && repaired };
}

const label = ({ name, labels }: Item, key: string): string => {
  const value = labels?.[key];
  if (value === undefined)
    throw new Error(`${name} was not looked at before it was submitted: it has no ${key}`);
  return value;
};

/** A sample with the count of its index as it is now. Reads the index into memory: no other file of its name can meet it. */
export async function sampleOf(item: Item, world: VcfWorld): Promise<Sample> {
  const [name, uri, index] = ['sample', 'uri', 'index'].map(key => label(item, key)) as [
    string,
    string,
    string,
  ];
  const at = parseS3Uri(index)!;
  const body = await world.store(at.bucket).get(at.key);
  if (!body) throw new Error(`the index of ${name} is gone: ${index}`);
  const read = readIndex(body);
  if (typeof read === 'string') throw new Error(`the index of ${name}, ${index}, ${read}`);
  return { name, uri, index, records: read.records ?? (await countFile(uri, item, world)) };
}

/** For indexes that count nothing: the file itself is. */
async function countFile(uri: string, item: Item, world: VcfWorld): Promise<number> {
  const folder = join(world.folder, 'counted');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${world.items.indexOf(item)}`);
  await downloadUnchanged(uri, label(item, 'etag'), path, world);
  const file = await readVariantFile(path);
  await rm(path);
  if (typeof file === 'string') throw new Error(`${uri} ${file}`);
  return file.records;
}

function fetchOf(world: VcfWorld): Fetch {
  const etags = new Map(world.items.map(item => [label(item, 'uri'), label(item, 'etag')]));
  return async (sample, path, indexPath) => {
    const [file, index] = await Promise.all([
      downloadUnchanged(sample.uri, etags.get(sample.uri)!, path, world),
      download(world.store, sample.index, indexPath, world.signal),
    ]);
    return file.size + index.size;
  };
}

/** What was looked at, or nothing: a file that was replaced meanwhile may be of another sample. */
async function downloadUnchanged(
  uri: string,
  etag: string,
  path: string,
  world: VcfWorld,
): Promise<ObjectInfo> {
  const info = await download(world.store, uri, path, world.signal);
  if (info.etag !== etag) throw new Error(`${uri} has changed since it was submitted: submit it again`);
  return info;
}

const download = (
  store: (bucket: string) => Pick<Store, 'download'>,
  uri: string,
  path: string,
  signal: AbortSignal,
): Promise<ObjectInfo> => {
  const { bucket, key } = parseS3Uri(uri)!;
  return store(bucket).download(key, path, signal);
};
