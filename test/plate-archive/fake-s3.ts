import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type {
  Checksums,
  DeleteOutcome,
  ObjectStore,
  ObjectVersion,
  StoredObject,
} from '../../lib/contract/ports/object-store.ts';
import { foldersOf } from '../helpers/folders-of.ts';

export interface FakeVersion {
  readonly key: string;
  readonly versionId: string;
  body: Buffer;
  etag: string;
  readonly modified: Date;
  readonly isDeleteMarker: boolean;
  checksums: Checksums;
  storageClass: string;
  tags: Readonly<Record<string, string>>;
  restore?: { ongoing: boolean };
}

export type Operation =
  | 'get'
  | 'put'
  | 'head'
  | 'list'
  | 'look'
  | 'read'
  | 'begin'
  | 'part'
  | 'complete'
  | 'abort'
  | 'delete'
  | 'versions'
  | 'tag'
  | 'tags'
  | 'restore'
  | 'copy';

/** Called before every request, and for some after it too (`answer of …`); may throw: a crash, or a refusal. */
export interface Faults {
  before?(operation: Operation, bucket: string, key: string): void | Promise<void>;
  /** After a change was made: its answer may be lost. */
  after?(operation: Operation, bucket: string, key: string): void | Promise<void>;
  /** Bytes on their way out of S3; may change `body` in place. */
  onRead?(bucket: string, key: string, body: Buffer): void;
  /** May change or drop outcomes of DeleteObjects. */
  onDelete?(outcomes: DeleteOutcome[], perform: (key: string) => void): DeleteOutcome[];
}

export class Refused extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number) {
    super(code);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/** A request that was never answered, for the process is gone. */
export class Killed extends Error {}

const md5 = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;
const base64 = (sum: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum);
  return bytes.toString('base64');
};

/** S3 in memory, behind the port: what the twin does on disk and by HTTP, at a hundredth of the cost. */
export class FakeS3 {
  readonly buckets = new Map<string, Map<string, FakeVersion[]>>();
  readonly versioned = new Set<string>();
  readonly requests: string[] = [];
  faults: Faults = {};
  #counter = 0;
  #time = Date.parse('2026-01-02T03:04:05.678Z');

  /** Current objects, in the order of their keys' bytes. */
  current(bucket: string, prefix = ''): FakeVersion[] {
    const found: FakeVersion[] = [];
    for (const [key, versions] of this.buckets.get(bucket) ?? [])
      if (key.startsWith(prefix) && versions[0] && !versions[0].isDeleteMarker) found.push(versions[0]);
    return found.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  object(bucket: string, key: string): FakeVersion | undefined {
    const first = this.buckets.get(bucket)?.get(key)?.[0];
    return first?.isDeleteMarker ? undefined : first;
  }

  write(bucket: string, key: string, body: Buffer | string, more: Partial<FakeVersion> = {}): FakeVersion {
    const bytes = Buffer.from(body);
    this.#time += 1000;
    const version: FakeVersion = {
      key,
      versionId: this.versioned.has(bucket) ? `v${++this.#counter}` : 'null',
      body: bytes,
      etag: md5(bytes),
      modified: new Date(this.#time),
      isDeleteMarker: false,
      checksums: {},
      storageClass: 'STANDARD',
      tags: {},
      ...more,
    };
    this.#push(bucket, version);
    return version;
  }

  remove(bucket: string, key: string): void {
    if (this.versioned.has(bucket)) this.write(bucket, key, '', { isDeleteMarker: true });
    else this.buckets.get(bucket)?.delete(key);
  }

  #push(bucket: string, version: FakeVersion): void {
    const keys = this.buckets.get(bucket) ?? new Map<string, FakeVersion[]>();
    this.buckets.set(bucket, keys);
    const others = this.versioned.has(bucket) ? (keys.get(version.key) ?? []) : [];
    keys.set(version.key, [version, ...others]);
  }

  #find(bucket: string, key: string, versionId?: string): FakeVersion {
    const versions = this.buckets.get(bucket)?.get(key) ?? [];
    const found = versionId === undefined ? versions[0] : versions.find(each => each.versionId === versionId);
    if (!found) throw new Refused(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion', 404);
    if (found.isDeleteMarker) throw new Refused('NoSuchKey', 404);
    return found;
  }

  store(bucket: string): ObjectStore {
    const before = async (operation: Operation, key: string): Promise<void> => {
      this.requests.push(`${operation} ${bucket}/${key}`);
      await this.faults.before?.(operation, bucket, key);
    };
    const after = async (operation: Operation, key: string): Promise<void> => {
      await this.faults.after?.(operation, bucket, key);
    };
    const describe = (found: FakeVersion): StoredObject => ({
      key: found.key,
      size: found.body.length,
      etag: found.etag,
      lastModified: found.modified,
      ...(this.versioned.has(bucket) ? { versionId: found.versionId } : {}),
      storageClass: found.storageClass,
      checksums: found.checksums,
      metadata: {},
      ...(found.restore ? { restore: found.restore } : {}),
    });
    const readable = (
      key: string,
      versionId: string | undefined,
      ifMatch: string | undefined,
    ): FakeVersion => {
      const found = this.#find(bucket, key, versionId);
      if (ifMatch !== undefined && ifMatch !== found.etag) throw new Refused('PreconditionFailed', 412);
      const isCold = found.storageClass === 'GLACIER' || found.storageClass === 'DEEP_ARCHIVE';
      if (isCold && (!found.restore || found.restore.ongoing)) throw new Refused('InvalidObjectState', 403);
      return found;
    };
    const bytesOf = (found: FakeVersion, from = 0, end = found.body.length): Buffer => {
      const copy = Buffer.from(found.body.subarray(from, end));
      this.faults.onRead?.(bucket, found.key, copy);
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
        if (ifNoneMatch && this.object(bucket, key)) return false;
        const bytes = Buffer.from(body);
        this.write(bucket, key, bytes, {
          checksums: { SHA256: createHash('sha256').update(bytes).digest('base64') },
        });
        await after('put', key);
        return true;
      },
      head: async key => {
        await before('head', key);
        const found = this.object(bucket, key);
        return found && describe(found);
      },
      look: async (key, { versionId } = {}) => {
        await before('look', key);
        try {
          return describe(this.#find(bucket, key, versionId));
        } catch (error) {
          return notFound(error);
        }
      },
      folders: async function* (prefix) {
        const keys: string[] = [];
        for await (const { key } of store.list(prefix)) keys.push(key);
        yield* foldersOf(keys, prefix);
      },
      list: async function* (
        this: FakeS3,
        prefix: string,
        { startAfter = '', limit = Number.POSITIVE_INFINITY } = {},
      ) {
        await before('list', prefix);
        for (const found of this.current(bucket, prefix)
          .filter(({ key }) => key > startAfter)
          .slice(0, limit))
          yield describe(found);
      }.bind(this),
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
          uploadId: `u${++this.#counter}`,
          part: async (number, body, sum) => {
            const sent = Buffer.from(body);
            await before('part', key);
            if (!isOpen) throw new Refused('NoSuchUpload', 404);
            if (crc32(sent) !== sum) throw new Refused('BadDigest', 400);
            parts.set(number, sent);
          },
          complete: async whole => {
            await before('complete', key);
            const there = this.object(bucket, key);
            if (there) return { created: false, object: describe(there) };
            const body = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
            if (body.length !== whole.size || crc32(body) !== whole.crc32)
              throw new Refused('BadDigest', 400);
            isOpen = false;
            const etag = `${md5(body).slice(0, -1)}-${parts.size}"`;
            const made = this.write(bucket, key, body, {
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
        const perform = (key: string): void => this.remove(bucket, key);
        const outcomes = entries.map(({ key, etag }): DeleteOutcome => {
          const there = this.object(bucket, key);
          if (!there) return { key, outcome: 'gone' };
          if (there.etag !== etag) return { key, outcome: 'changed' };
          return { key, outcome: 'deleted' };
        });
        const told = this.faults.onDelete?.(outcomes, perform) ?? outcomes;
        for (const { key, outcome } of told) if (outcome === 'deleted') perform(key);
        await after('delete', entries[0]?.key ?? '');
        return told;
      },
      versions: async function* (this: FakeS3, prefix: string): AsyncIterable<ObjectVersion> {
        await before('versions', prefix);
        const keys = [...(this.buckets.get(bucket)?.keys() ?? [])].filter(key => key.startsWith(prefix));
        keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        for (const key of keys)
          for (const [i, each] of (this.buckets.get(bucket)?.get(key) ?? []).entries()) {
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
      }.bind(this),
      versionPages: async function* (prefix: string): AsyncIterable<readonly ObjectVersion[]> {
        const page: ObjectVersion[] = [];
        for await (const version of store.versions(prefix)) page.push(version);
        if (page.length > 0) yield page;
      },
      tags: async key => {
        await before('tags', key);
        return this.#find(bucket, key).tags;
      },
      tag: async (key, tags) => {
        await before('tag', key);
        this.#find(bucket, key).tags = tags;
        await after('tag', key);
      },
      restore: async key => {
        await before('restore', key);
        const found = this.#find(bucket, key);
        if (found.restore) return found.restore.ongoing ? 'in-progress' : 'available';
        found.restore = { ongoing: true };
        return 'requested';
      },
      facts: async () => ({
        ...(this.versioned.has(bucket) ? { versioning: 'Enabled' as const } : {}),
        expiry: [],
      }),
      attributes: async key => {
        const found = this.object(bucket, key);
        return found && describe(found);
      },
      copy: async () => {
        throw new Error('not here');
      },
      deleteVersion: async (key, versionId) => {
        const versions = this.buckets.get(bucket)?.get(key) ?? [];
        this.buckets.get(bucket)?.set(
          key,
          versions.filter(each => each.versionId !== versionId),
        );
      },
    };
    return store;
  }
}
