import { createHash } from 'node:crypto';
import { stat as statFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isStoreError,
  type ObjectStore,
  type StoredObject,
} from '../../../lib/contract/ports/object-store.ts';
import { asFileError, FileError } from './file-error.ts';
import { pullFile, sha256Of } from './pull-file.ts';

/** What is known of a file. */
export interface FileState {
  readonly exists: boolean;
  /** When it was made, in ms since 1970 UTC; of one that was deleted by us, when it had been. */
  readonly created?: number;
  readonly etag?: string;
  readonly size?: number;
}

/** Files of a run in object storage. Every failure is a FileError. */
export interface FileStorage {
  /** Makes sure that the storage can be reached and looked into. */
  connect(): Promise<void>;
  /** The file behind a path, as an object of its own. */
  createStore(path: string): FileStore;
  /** In the order of their paths. */
  list(below?: string): AsyncIterable<{ readonly path: string; readonly size: number }>;
  /** Writes down what was only remembered; deletes what was to be. Call it before the end. */
  flush(): Promise<void>;
}

export interface FileStore {
  state(): Promise<FileState>;
  exists(): Promise<boolean>;
  createTime(): Promise<number | undefined>;
  /** Sets when it was made: now, or `created` in ms since 1970. */
  touch(created?: number): Promise<FileState>;
  /** Uploads a file, verified, in parts where it is large; readers see all of it or what was there before. */
  push(file: string, by?: Maker, created?: number): Promise<FileState>;
  /** Fetches it to a file: right in length and checksum, or not there at all. */
  pull(file: string): Promise<FileState>;
  /** Uploads a person's file where there is none or another of theirs; what a job has made stays. */
  offer(file: string): Promise<FileState & { readonly warning?: string }>;
  /** Deletes it, and remembers when it was made. */
  delete(): Promise<FileState>;
}

/** Who made a file: a job, or a person whose file was uploaded as it is. */
export type Maker = 'job' | 'person';

export interface FileStorageOptions {
  readonly store: ObjectStore;
  /** Other buckets, for paths that are `s3://` URIs; reads alone. */
  readonly storeOf: (bucket: string) => ObjectStore;
  /** Below which the run's files are, `/` at the end. */
  readonly prefix: string;
  now(): number;
  /** Looks once at all that there is, so that what is not there costs no request: for a head, not for a job. */
  readonly listsFirst?: boolean;
  /** A folder of this machine in which uploads of large files are remembered, for another process to go on with. */
  readonly resumeFolder?: string;
  /** Makes the bucket where there is none, for who may. @default - a lab's is its stack's */
  readonly createBucket?: () => Promise<unknown>;
}

/** Metadata of an object: when it was made, who made it, and its SHA-256 in hex. */
const names = { created: 'arraylab-created', by: 'arraylab-by', sha256: 'arraylab-sha256' } as const;

/** The memory of deleted files' times: `{ path: ms }`, one object a flush, read together. */
const memoryFolder = '.times/';
const flushMs = 300;

export function fileStorage(options: FileStorageOptions): FileStorage {
  const { store, prefix } = options;
  const remembered = new Map<string, number>();
  let unwritten = new Map<string, number>();
  const doomed = new Map<string, string>();
  let flushing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  /** What there is, by key, from one listing: undefined in a job. */
  const listed = once(async (): Promise<Map<string, true> | undefined> => {
    await memory();
    if (!options.listsFirst) return undefined;
    const found = new Map<string, true>();
    for await (const { key } of store.list(prefix)) found.set(key, true);
    return found;
  });
  const memory = once(async (): Promise<void> => {
    if (!options.listsFirst) return;
    for await (const { key } of store.list(`${prefix}${memoryFolder}`)) {
      const body = await store.get(key);
      const times = JSON.parse(body?.toString('utf8') ?? '{}') as Record<string, number>;
      for (const [path, created] of Object.entries(times)) remembered.set(path, created);
    }
  });

  async function flushNow(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const times = unwritten;
    const victims = [...doomed].map(([key, etag]) => ({ key, etag }));
    unwritten = new Map();
    doomed.clear();
    // The memory first: a file that is gone without it makes a finished workflow run anew.
    if (times.size > 0)
      await store.put(
        `${prefix}${memoryFolder}${options.now()}-${Math.random().toString(36).slice(2, 8)}.json`,
        JSON.stringify(Object.fromEntries(times)),
        { ifNoneMatch: true, contentType: 'application/json' },
      );
    for (let start = 0; start < victims.length; start += 1000)
      // Who may not delete leaves them: they have their times, and nothing depends on their being gone.
      await store.deleteMany(victims.slice(start, start + 1000)).catch(error => {
        if (!isStoreError(error, 'AccessDenied')) throw error;
      });
  }
  const flush = (): Promise<void> => {
    flushing = flushing.then(flushNow);
    return flushing;
  };

  const createStore = (path: string): FileStore => {
    const place = placeOf(path, options);
    const told = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        throw asFileError(path, error);
      }
    };
    const look = (): Promise<StoredObject | undefined> => place.store.look(place.key);
    const gone = (): FileState => {
      const created = remembered.get(path);
      return { exists: false, ...(created === undefined ? {} : { created }) };
    };
    const state = async (): Promise<FileState> => {
      const all = place.isOwn ? await listed() : undefined;
      if (all && !all.has(place.key)) return gone();
      const object = doomed.has(place.key) ? undefined : await look();
      return object ? stateOf(object) : gone();
    };
    const push = async (file: string, by: Maker = 'job', created = options.now()): Promise<FileState> => {
      own(path, place);
      const { size } = await regular(path, file);
      const metadata = {
        [names.created]: String(created),
        [names.by]: by,
        [names.sha256]: await sha256Of(file),
      };
      const { resumeFolder } = options;
      const { etag } = await store.upload(file, place.key, {
        metadata,
        ...(resumeFolder === undefined
          ? {}
          : { resumeBy: join(resumeFolder, nameOf(`${store.bucket}/${place.key}`)) }),
      });
      doomed.delete(place.key);
      (await listed())?.set(place.key, true);
      return { exists: true, created, etag, size };
    };
    return {
      state: () => told(state),
      exists: () => told(async () => (await state()).exists),
      createTime: () => told(async () => (await state()).created),
      touch: (created = options.now()) =>
        told(async () => {
          own(path, place);
          const object = await look();
          if (!object) throw new FileError('not-found', path, 'there is no such file');
          const metadata = { ...object.metadata, [names.created]: String(created) };
          const from = { bucket: store.bucket, key: place.key };
          const { etag } = await store.copy(from, place.key, { ifMatch: object.etag, metadata });
          return { exists: true, created, etag, size: object.size };
        }),
      push: (file, by, created) => told(() => push(file, by, created)),
      pull: file =>
        told(async () => {
          const object = await look();
          if (!object) throw new FileError('not-found', path, 'there is no such file');
          await pullFile(place.store, object, file, object.metadata[names.sha256]);
          return stateOf(object);
        }),
      offer: file =>
        told(async () => {
          own(path, place);
          const { mtimeMs, size } = await regular(path, file);
          const modified = Math.floor(mtimeMs);
          const all = await listed();
          const object = all && !all.has(place.key) ? undefined : await look();
          if (!object) return push(file, 'person', modified);
          const before = stateOf(object);
          const isJobs = object.metadata[names.by] === 'job';
          const isSame = object.size === size && (await sha256Of(file)) === object.metadata[names.sha256];
          if (isSame) return before;
          if (isJobs)
            return {
              ...before,
              warning: 'the file here differs from the one that a job has made, which counts',
            };
          const isOlder = modified <= (before.created ?? 0);
          const now = await push(file, 'person', isOlder ? options.now() : modified);
          return isOlder ? { ...now, warning: 'other content under an older date: taken as new' } : now;
        }),
      delete: () =>
        told(async () => {
          own(path, place);
          const before = await state();
          if (before.created !== undefined) {
            remembered.set(path, before.created);
            unwritten.set(path, before.created);
          }
          if (before.exists && before.etag) doomed.set(place.key, before.etag);
          (await listed())?.delete(place.key);
          timer ??= setTimeout(() => void flush().catch(() => undefined), flushMs);
          return gone();
        }),
    };
  };

  return {
    connect: async () => {
      try {
        await options.createBucket?.();
        // One request that tells whether the bucket is there and may be looked into.
        if (options.listsFirst) await listed();
        else for await (const _ of store.list(prefix, { limit: 1 })) break;
      } catch (error) {
        throw asFileError(`s3://${store.bucket}/${prefix}`, error);
      }
    },
    createStore,
    async *list(below = '') {
      for await (const { key, size } of store.list(`${prefix}${below}`)) {
        const path = key.slice(prefix.length);
        if (!path.startsWith(memoryFolder)) yield { path, size };
      }
    },
    flush,
  };
}

interface Place {
  readonly store: ObjectStore;
  readonly key: string;
  readonly isOwn: boolean;
}

function placeOf(path: string, { store, storeOf, prefix }: FileStorageOptions): Place {
  const uri = /^s3:\/\/([^/]+)\/(.+)$/s.exec(path);
  if (uri) return { store: storeOf(uri[1]!), key: uri[2]!, isOwn: false };
  const parts = path.split('/');
  if (path === '' || path.startsWith(memoryFolder) || parts.some(part => ['', '.', '..'].includes(part)))
    throw new FileError('bad-path', path, 'is no path below the storage');
  const key = `${prefix}${path}`;
  if (Buffer.byteLength(key) > 1024)
    throw new FileError('bad-path', path, 'is longer than the 1,024 bytes that S3 takes');
  return { store, key, isOwn: true };
}

function own(path: string, { isOwn }: Place): void {
  if (!isOwn) throw new FileError('denied', path, 'is another bucket’s: files there are read alone');
}

async function regular(path: string, file: string): Promise<{ size: number; mtimeMs: number }> {
  const found = await statFile(file);
  if (!found.isFile()) throw new FileError('bad-path', path, 'is no file: folders are not stored');
  return found;
}

function stateOf({ metadata, lastModified, etag, size }: StoredObject): FileState {
  const created = Number(metadata[names.created]);
  // Put there by another tool: then S3's own time is what there is.
  return { exists: true, created: created > 0 ? created : lastModified.getTime(), etag, size };
}

const nameOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
