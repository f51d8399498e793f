import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isStoreError, type ObjectStore, type PartWriter } from '../../../lib/contract/ports/object-store.ts';
import { combineCrc32 } from '../format/crc32.ts';
import type { RestoreTarget } from './target.ts';

const partBytes = 8 * 1024 * 1024;

/** A bucket, `prefix` in front of every key. Never replaces an object: what is there and is another is told. */
export function bucketTarget(store: ObjectStore, prefix: string): RestoreTarget {
  return {
    async state(key, { size, sha256 }) {
      const found = await store.look(prefix + key);
      if (!found) return 'absent';
      if (found.size !== size) return 'other';
      const stored = found.checksums.SHA256;
      if (stored !== undefined)
        return Buffer.from(stored, 'base64').toString('hex') === sha256 ? 'same' : 'other';
      return (await sha256Of(store, prefix + key, found.etag)) === sha256 ? 'same' : 'other';
    },
    open: async (key, size) => (size <= partBytes ? small(store, prefix + key) : large(store, prefix + key)),
    async marker(key) {
      await store.put(prefix + key, '', { ifNoneMatch: true });
    },
  };
}

async function sha256Of(store: ObjectStore, key: string, etag: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of (await store.stream(key, { ifMatch: etag })).body) hash.update(chunk);
    return hash.digest('hex');
  } catch (error) {
    // Archived, or changed meanwhile: not the same as far as anybody can tell.
    if (isStoreError(error)) return undefined;
    throw error;
  }
}

async function small(store: ObjectStore, key: string) {
  const chunks: Buffer[] = [];
  return {
    write: async (bytes: Buffer) => void chunks.push(Buffer.from(bytes)),
    commit: () => store.put(key, Buffer.concat(chunks), { ifNoneMatch: true }),
    abort: async () => undefined,
  };
}

/** By parts: the object is there only when all of it was compared, for only then the upload is completed. */
async function large(store: ObjectStore, key: string) {
  const writer: PartWriter = await store.begin(key);
  let part: Buffer[] = [];
  let length = 0;
  let number = 0;
  const whole = { size: 0, crc32: 0 };
  const flush = async (): Promise<void> => {
    const body = Buffer.concat(part);
    part = [];
    length = 0;
    const sum = crc32(body);
    whole.crc32 = combineCrc32(whole.crc32, sum, body.length);
    whole.size += body.length;
    await writer.part(++number, body, sum);
  };
  return {
    async write(bytes: Buffer) {
      part.push(Buffer.from(bytes));
      length += bytes.length;
      if (length >= partBytes) await flush();
    },
    async commit() {
      if (length > 0) await flush();
      const { created } = await writer.complete(whole);
      if (!created) await writer.abort();
      return created;
    },
    abort: () => writer.abort(),
  };
}
