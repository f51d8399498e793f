import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { PlateError } from '../plate/plate-error.ts';
import { type OldSums, oldDigests, readOldSums } from './old-sums.ts';
import type { OldTarball } from './old-tarball.ts';
import type { RestoreTarget } from './target.ts';

export interface OldOutcome {
  readonly key: string;
  readonly outcome: 'restored' | 'there' | 'kept';
  readonly bytes: number;
}

export interface OldRestore {
  readonly target: RestoreTarget;
  /** Which keys. */
  readonly wanted: (key: string) => boolean;
  /** Whether what is there and is another is replaced, where the target can. @default false */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks a tarball to where its files came from: the first folder in it is its own name, and `projects/` stood before the
 * second. It is compared with its `.md5` and its `.etag` before anything is unpacked: the archive is read twice, and nothing is
 * half restored. Throws PlateError where it is another, or neither is there.
 */
export async function restoreOldTarball(
  store: ObjectStore,
  tarball: OldTarball,
  { target, wanted, overwrite = false, signal }: OldRestore,
): Promise<readonly OldOutcome[]> {
  const { object } = tarball;
  const read = async () =>
    (await store.stream(object.key, { ifMatch: object.etag, ...(signal ? { signal } : {}) })).body;
  const digests = oldDigests(object.size, await sumsOf(store, tarball));
  for await (const chunk of await read()) digests.update(chunk);
  const { wrong, compared } = digests.end();
  if (wrong.length > 0)
    throw new PlateError([`${object.key} is damaged: it is not what its ${wrong.join(' and its ')} says`]);
  if (compared === 0)
    throw new PlateError([`${object.key} has no .md5 and no .etag beside it that could be compared`]);
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
    const bytes = entry.header.size ?? 0;
    const outcome = await placeOne(entry as AsyncIterable<Buffer>, key, bytes, target, overwrite);
    outcomes.push({ key, outcome, bytes });
  }
  return outcomes;
}

async function sumsOf(store: ObjectStore, { beside }: OldTarball): Promise<OldSums> {
  const read = async (end: string): Promise<string | undefined> => {
    const file = beside.find(({ key }) => key.endsWith(end));
    return file && (await store.get(file.key))?.toString('utf8');
  };
  return readOldSums(await read('.md5'), await read('.etag'));
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
  target: RestoreTarget,
  overwrite: boolean,
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
    if (state === 'absent' || (state === 'other' && overwrite))
      return (await placing.commit()) ? 'restored' : 'kept';
    await placing.abort();
    return state === 'same' ? 'there' : 'kept';
  } catch (error) {
    await placing.abort().catch(() => undefined);
    throw error;
  }
}
