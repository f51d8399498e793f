import { basename } from 'node:path';
import type { Dataset } from './dataset.ts';
import { type Options, Refused } from './options.ts';
import { readVariants, type Variants } from './variants.ts';

export interface StoreHost {
  /** A file's bytes, of this host or of S3; undefined where there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** Writes into the current folder. */
  drop(name: string, body: Buffer): Promise<void>;
  readonly hostMemoryMiB: number;
}

export async function store(
  options: Options,
  open: (options: Options) => Dataset,
  host: StoreHost,
): Promise<number> {
  const memory = options.get('-m');
  if (memory !== undefined && !(Number(memory) >= 512 && Number(memory) <= host.hostMemoryMiB))
    throw new Refused(105, `-m: Value ${memory} not in range [512 - ${host.hostMemoryMiB}]`);
  const listFile = options.get('-f');
  // Help, and success.
  if (listFile === undefined) return 0;
  const list = await host.read(listFile);
  if (!list) throw new Error(`sample file ${listFile} does not exist`);
  const lines = list
    .toString()
    .split(/\r\n|\n|\r/)
    .map(line => line.trim())
    .filter(line => line !== '');
  const dataset = open(options);
  await dataset.open();
  const scratch = options.get('-s') !== undefined;
  // Headers of the whole list first, indexes batch by batch.
  const named = await Promise.all(
    lines.map(async line => {
      const [uri = ''] = line.split('\t');
      const bytes = await host.read(uri);
      if (!bytes) throw new Error(`cannot open ${uri}`);
      if (bytes[0] !== 0x1f) throw new Error(`${uri} must be compressed with BGZF and indexed`);
      const file = readVariants(bytes);
      if (file.samples.length > 1) throw new Error(`Combined VCFs are not supported: ${uri}`);
      return { uri, name: file.samples[0] ?? '', file };
    }),
  );
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const size = Number(options.get('-e') ?? 10);
  for (let at = 0; at < named.length; at += size) {
    const batch = named.slice(at, at + size);
    const files = new Map<string, Variants>();
    for (const { uri, name, file } of batch) {
      await needIndex(uri, host);
      // Scratch keeps files by their last name: the last of equal ones is read for all of them.
      const twin = scratch ? batch.findLast(each => basename(each.uri) === basename(uri))! : { name, file };
      const before = files.get(twin.name);
      files.set(
        twin.name,
        before ? { ...twin.file, records: [...before.records, ...twin.file.records] } : twin.file,
      );
    }
    await dataset.storeBatch(files, options.flags.has('--resume'));
  }
  return 0;
}

/** Of a remote file the index is left in the current folder, and used for every later file of that last name. */
async function needIndex(uri: string, host: StoreHost): Promise<void> {
  for (const suffix of ['.csi', '.tbi']) {
    const index = await host.read(`${uri}${suffix}`);
    if (!index) continue;
    if (uri.startsWith('s3://')) await host.drop(`${basename(uri)}${suffix}`, index);
    return;
  }
  throw new Error(`failed to load BCF index: ${uri}`);
}
