import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { PlateError } from '../plate-error.ts';
import type { Target } from './place.ts';

/** A tarball as the older scripts of labs archived plates: `<project>_<batch>_<plate>_backend.tar.gz`, with `.md5` and `.etag` beside it. */
export interface OldTarball {
  readonly object: StoredObject;
  /** Hex, of its .md5; undefined where there is none. */
  readonly md5?: string;
}

const parts = ['_images_illum_analysis', '_backend', ''];

/** The tarballs of a plate below a prefix: two, or one of before 2018. */
export async function oldTarballs(
  store: ObjectStore,
  prefix: string,
  { project, batch, plate }: { readonly project: string; readonly batch: string; readonly plate: string },
): Promise<readonly OldTarball[]> {
  const found: OldTarball[] = [];
  for (const part of parts) {
    const key = `${prefix}${project}_${batch}_${plate}${part}.tar.gz`;
    const object = await store.look(key);
    if (!object) continue;
    const text = await store.get(`${key}.md5`).catch(() => undefined);
    const md5 = /^[0-9a-f]{32}/.exec(text?.toString('utf8') ?? '')?.[0];
    found.push({ object, ...(md5 === undefined ? {} : { md5 }) });
  }
  return found;
}

export interface OldOutcome {
  readonly key: string;
  readonly outcome: 'restored' | 'there' | 'kept';
}

/**
 * Unpacks a tarball to where its files came from: the first folder in it is its own name, and `projects/` stood before the
 * second. Its MD5 is compared before anything is unpacked: the archive is read twice, and nothing is half restored.
 */
export async function restoreOldTarball(
  store: ObjectStore,
  { object, md5 }: OldTarball,
  target: Target,
  wanted: (key: string) => boolean,
): Promise<readonly OldOutcome[]> {
  if (md5 === undefined) throw new PlateError([`${object.key} has no .md5 beside it that could be compared`]);
  const read = async () => (await store.stream(object.key, { ifMatch: object.etag })).body;
  const hash = createHash('md5');
  for await (const chunk of await read()) hash.update(chunk);
  if (hash.digest('hex') !== md5)
    throw new PlateError([`${object.key} is damaged: its MD5 is not that of its .md5`]);
  const outcomes: OldOutcome[] = [];
  const entries = extract();
  const source = Readable.from(await read());
  const gunzip = createGunzip();
  for (const stream of [source, gunzip]) stream.once('error', error => entries.destroy(error));
  source.pipe(gunzip).pipe(entries);
  for await (const entry of entries) {
    const key = keyOf(entry.header.name);
    if (entry.header.type !== 'file' || key === undefined || !wanted(key)) {
      entry.resume();
      continue;
    }
    outcomes.push({
      key,
      outcome: await placeOne(entry as AsyncIterable<Buffer>, key, entry.header.size ?? 0, target),
    });
  }
  return outcomes;
}

/** `TAG/project/rest` stood at `projects/project/rest`. Undefined for what leads out of it. */
function keyOf(name: string): string | undefined {
  const [, ...rest] = name.replace(/^\.\//, '').split('/');
  if (rest.length === 0 || rest.some(part => part === '' || part === '.' || part === '..')) return undefined;
  return `projects/${rest.join('/')}`;
}

async function placeOne(
  bytes: AsyncIterable<Buffer>,
  key: string,
  size: number,
  target: Target,
): Promise<OldOutcome['outcome']> {
  const placing = await target.open(key, size);
  const hash = createHash('sha256');
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      await placing.write(chunk);
    }
    const sha256 = hash.digest('hex');
    // The old tarballs have no digests of files: what is there can only be compared once the file was read.
    const state = await target.state(key, { size, sha256 });
    if (state === 'absent') return (await placing.commit()) ? 'restored' : 'kept';
    await placing.abort();
    return state === 'same' ? 'there' : 'kept';
  } catch (error) {
    await placing.abort().catch(() => undefined);
    throw error;
  }
}
