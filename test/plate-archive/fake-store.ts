import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { wholeOf } from '../../lib/contract/list/bytes.ts';
import type {
  DeleteOutcome,
  ObjectStore,
  ObjectVersion,
  StoredObject,
} from '../../lib/contract/ports/object-store.ts';
import { foldersOf } from '../helpers/folders-of.ts';
import { type FakeBuckets, type FakeVersion, md5 } from './fake-buckets.ts';
import { type Operation, Refused } from './fake-faults.ts';

const base64 = (sum: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum);
  return bytes.toString('base64');
};

/** A bucket of S3 behind the port: what the twin does on disk and by HTTP, at a hundredth of the cost. */
export function fakeStore(s3: FakeBuckets, bucket: string): ObjectStore {
  const before = async (operation: Operation, key: string): Promise<void> => {
    s3.requests.push(`${operation} ${bucket}/${key}`);
    await s3.faults.before?.(operation, bucket, key);
  };
  const after = async (operation: Operation, key: string): Promise<void> => {
    await s3.faults.after?.(operation, bucket, key);
  };
  const describe = (found: FakeVersion): StoredObject => ({
    key: found.key,
    size: found.body.length,
    etag: found.etag,
    lastModified: found.modified,
    ...(s3.versioned.has(bucket) ? { versionId: found.versionId } : {}),
    storageClass: found.storageClass,
    checksums: found.checksums,
    metadata: {},
    ...(found.restore ? { restore: found.restore } : {}),
  });
  const readable = (key: string, versionId: string | undefined, ifMatch: string | undefined): FakeVersion => {
    const found = s3.find(bucket, key, versionId);
    if (ifMatch !== undefined && ifMatch !== found.etag) throw new Refused('PreconditionFailed', 412);
    const isCold = found.storageClass === 'GLACIER' || found.storageClass === 'DEEP_ARCHIVE';
    if (isCold && (!found.restore || found.restore.ongoing)) throw new Refused('InvalidObjectState', 403);
    return found;
  };
  const bytesOf = (found: FakeVersion, from = 0, end = found.body.length): Buffer => {
    const copy = Buffer.from(found.body.subarray(from, end));
    s3.faults.onRead?.(bucket, found.key, copy);
    return copy;
  };
  const notFound = (error: unknown): undefined => {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  };
  const store: ObjectStore = {
    bucket,
    get: async (key, range) => {
      await before('get', key);
      try {
        return bytesOf(readable(key, undefined, undefined), ...(range ?? []));
      } catch (error) {
        return notFound(error);
      }
    },
    put: async (key, body, { ifNoneMatch } = {}) => {
      await before('put', key);
      if (ifNoneMatch && s3.object(bucket, key)) return false;
      const bytes = wholeOf(body);
      s3.write(bucket, key, bytes, {
        checksums: { SHA256: createHash('sha256').update(bytes).digest('base64') },
      });
      await after('put', key);
      return true;
    },
    head: async key => {
      await before('head', key);
      const found = s3.object(bucket, key);
      return found && describe(found);
    },
    look: async (key, { versionId } = {}) => {
      await before('look', key);
      try {
        return describe(s3.find(bucket, key, versionId));
      } catch (error) {
        return notFound(error);
      }
    },
    folders: async function* (prefix) {
      const keys: string[] = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      yield* foldersOf(keys, prefix);
    },
    list: async function* (prefix: string, { startAfter = '', limit = Number.POSITIVE_INFINITY } = {}) {
      await before('list', prefix);
      for (const found of s3
        .current(bucket, prefix)
        .filter(({ key }) => key > startAfter)
        .slice(0, limit))
        yield describe(found);
    },
    download: async () => {
      throw new Error('no folders here');
    },
    upload: async () => {
      throw new Error('no folders here');
    },
    readInto: async (key, target, { from, ifMatch, versionId, onBytes, signal }) => {
      signal?.throwIfAborted();
      await before('read', key);
      const found = readable(key, versionId, ifMatch);
      const bytes = bytesOf(found, from ?? 0, (from ?? 0) + target.length);
      if (bytes.length !== target.length || (from === undefined && found.body.length !== target.length))
        throw new Error(`${key}: ${bytes.length} of ${target.length} bytes`);
      bytes.copy(target);
      if (bytes.length > 0) onBytes?.(target);
      return describe(found);
    },
    stream: async (key, { ifMatch, versionId, range } = {}) => {
      await before('read', key);
      const found = readable(key, versionId, ifMatch);
      const bytes = bytesOf(found, ...(range ?? []));
      return {
        info: describe(found),
        body: (async function* () {
          yield bytes;
        })(),
      };
    },
    begin: async (key, { storageClass = 'STANDARD', tags = {} } = {}) => {
      await before('begin', key);
      const parts = new Map<number, Buffer>();
      let isOpen = true;
      return {
        uploadId: `u${s3.count()}`,
        part: async (number, body, sum) => {
          const sent = Buffer.from(body);
          await before('part', key);
          if (!isOpen) throw new Refused('NoSuchUpload', 404);
          if (crc32(sent) !== sum) throw new Refused('BadDigest', 400);
          parts.set(number, sent);
        },
        complete: async whole => {
          await before('complete', key);
          const there = s3.object(bucket, key);
          if (there) return { created: false, object: describe(there) };
          const body = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
          if (body.length !== whole.size || crc32(body) !== whole.crc32) throw new Refused('BadDigest', 400);
          isOpen = false;
          const etag = `${md5(body).slice(0, -1)}-${parts.size}"`;
          const made = s3.write(bucket, key, body, {
            etag,
            storageClass,
            tags,
            checksums: { CRC32: base64(crc32(body)) },
          });
          await after('complete', key);
          return { created: true, object: describe(made) };
        },
        abort: async () => {
          await before('abort', key);
          isOpen = false;
        },
      };
    },
    uploads: async function* () {},
    abort: async () => undefined,
    deleteMany: async entries => {
      await before('delete', entries[0]?.key ?? '');
      const perform = (key: string): void => s3.remove(bucket, key);
      const outcomes = entries.map(({ key, etag }): DeleteOutcome => {
        const there = s3.object(bucket, key);
        if (!there) return { key, outcome: 'gone' };
        if (there.etag !== etag) return { key, outcome: 'changed' };
        return { key, outcome: 'deleted' };
      });
      const told = s3.faults.onDelete?.(outcomes, perform) ?? outcomes;
      for (const { key, outcome } of told) if (outcome === 'deleted') perform(key);
      await after('delete', entries[0]?.key ?? '');
      return told;
    },
    versions: async function* (prefix: string): AsyncIterable<ObjectVersion> {
      await before('versions', prefix);
      const keys = [...(s3.buckets.get(bucket)?.keys() ?? [])].filter(key => key.startsWith(prefix));
      keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const key of keys)
        for (const [i, each] of (s3.buckets.get(bucket)?.get(key) ?? []).entries()) {
          const algorithm = Object.keys(each.checksums)[0];
          yield {
            key,
            size: each.body.length,
            etag: each.etag,
            lastModified: each.modified,
            versionId: each.versionId,
            isLatest: i === 0,
            isDeleteMarker: each.isDeleteMarker,
            storageClass: each.storageClass,
            ...(algorithm ? { checksumAlgorithm: algorithm } : {}),
          };
        }
    },
    versionPages: async function* (prefix: string): AsyncIterable<readonly ObjectVersion[]> {
      const page: ObjectVersion[] = [];
      for await (const version of store.versions(prefix)) page.push(version);
      if (page.length > 0) yield page;
    },
    tags: async key => {
      await before('tags', key);
      return s3.find(bucket, key).tags;
    },
    tag: async (key, tags) => {
      await before('tag', key);
      s3.find(bucket, key).tags = tags;
      await after('tag', key);
    },
    restore: async key => {
      await before('restore', key);
      const found = s3.find(bucket, key);
      if (found.restore) return found.restore.ongoing ? 'in-progress' : 'available';
      found.restore = { ongoing: true };
      return 'requested';
    },
    facts: async () => ({
      ...(s3.versioned.has(bucket) ? { versioning: 'Enabled' as const } : {}),
      expiry: [],
    }),
    attributes: async key => {
      const found = s3.object(bucket, key);
      return found && describe(found);
    },
    copy: async () => {
      throw new Error('not here');
    },
    deleteVersion: async (key, versionId) => {
      const versions = s3.buckets.get(bucket)?.get(key) ?? [];
      s3.buckets.get(bucket)?.set(
        key,
        versions.filter(each => each.versionId !== versionId),
      );
    },
  };
  return store;
}
