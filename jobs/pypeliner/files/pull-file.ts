import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { eachToItsEnd } from '../../../lib/contract/run/map-limit.ts';
import { writeFully } from '../../../lib/contract/run/write-fully.ts';
import { makeFolder } from '../../../lib/contract/verb/make-folder.ts';
import { FileError } from './file-error.ts';
import { dropPart, openPart, type PartFile } from './part-file.ts';

/** Bytes of a part; what is smaller comes in one. */
const partBytes = 16 * 1024 * 1024;
const partsAtOnce = 4;
/** Tries of a part, each with the store's own tries in it. */
const tries = 3;

/**
 * Fetches an object to a file, in parts at once where it is large, all of one version. A part that breaks off is fetched
 * again, the others are not; and where this process is ended, the next one that wants the file goes on with its parts. The
 * file is there when its length and (where one is given) its SHA-256 in hex are right, and not before.
 */
export async function pullFile(
  store: Pick<ObjectStore, 'readInto'>,
  object: Pick<StoredObject, 'key' | 'size' | 'etag'>,
  path: string,
  sha256: string | undefined,
): Promise<void> {
  await makeFolder(dirname(path));
  const part = await openPart(path, object);
  try {
    await fetchParts(store, object, part);
    if (sha256 !== undefined && (await sha256Of(part.path)) !== sha256)
      throw new FileError('corrupt', path, 'the bytes that arrived are not those that were stored');
    await rename(part.path, path);
    await rm(part.log, { force: true });
  } catch (error) {
    // What has arrived of a large file is worth keeping while it is what S3 has.
    const isKept = object.size > partBytes && !(error instanceof FileError) && !isRefused(error);
    if (!isKept) await dropPart(part);
    throw error;
  }
}

const isRefused = (error: unknown): boolean => (error as { status?: number }).status !== undefined;

async function fetchParts(
  store: Pick<ObjectStore, 'readInto'>,
  { key, size, etag }: Pick<StoredObject, 'key' | 'size' | 'etag'>,
  { path, log, done }: PartFile,
): Promise<void> {
  const file = await open(path, done.size > 0 ? 'r+' : 'w');
  const isLogged = size > partBytes;
  try {
    const parts = new Array<undefined>(Math.ceil(size / partBytes));
    await eachToItsEnd(parts.keys(), partsAtOnce, async index => {
      if (done.has(index)) return;
      const from = index * partBytes;
      const target = Buffer.allocUnsafe(Math.min(partBytes, size - from));
      await again(() => store.readInto(key, target, { from, ifMatch: etag }));
      await writeFully(file, target, from);
      if (!isLogged) return;
      // The bytes before the word that they are there.
      await file.datasync();
      await appendFile(log, `${index}\n`);
    });
    await file.sync();
  } finally {
    await file.close();
  }
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      // What S3 refuses, it refuses again.
      if (tried === tries || (error as { status?: number }).status !== undefined) throw error;
    }
  }
}

/** Hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
