import { createHash } from 'node:crypto';
import { type Bytes, wholeOf } from '../../lib/contract/list/bytes.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { ListOptions, ObjectInfo, PutOptions, Store } from '../../lib/contract/ports/ports.ts';
import { foldersOf } from './folders-of.ts';

/** A bucket in memory. `before` is called ahead of every request and may throw: the crash of a process. */
export function memoryStore(
  before: (call: string) => void = () => {},
): Store & { readonly objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  const info = (key: string, body: Buffer): ObjectInfo => ({
    key,
    size: body.length,
    etag: createHash('md5').update(body).digest('hex'),
    lastModified: new Date(0),
  });
  return {
    bucket: 'bucket',
    objects,
    async get(key, range) {
      before(`get ${key}`);
      const body = objects.get(key);
      return body && range ? body.subarray(range[0], range[1]) : body;
    },
    async put(key: string, body: Buffer | Bytes | string, options: PutOptions = {}) {
      before(`put ${key}`);
      if (options.ifNoneMatch && objects.has(key)) return false;
      objects.set(key, wholeOf(body));
      // The write happened; its answer may still be lost.
      before(`answer of put ${key}`);
      return true;
    },
    async head(key) {
      before(`head ${key}`);
      const body = objects.get(key);
      return body && info(key, body);
    },
    async *list(prefix: string, options: ListOptions = {}) {
      before(`list ${prefix}`);
      const keys = [...objects.keys()]
        .filter(key => key.startsWith(prefix) && key > (options.startAfter ?? ''))
        .sort();
      for (const key of keys.slice(0, options.limit)) yield info(key, objects.get(key)!);
    },
    async *folders(prefix: string) {
      before(`folders ${prefix}`);
      yield* foldersOf(objects.keys(), prefix);
    },
    async download() {
      throw new Error('no folders here');
    },
    async upload() {
      throw new Error('no folders here');
    },
  };
}

/** The same as the store of a place, as far as looks before a submission go. */
export const placeStoreOf = (store: Store): ObjectStore =>
  ({
    ...store,
    async stream(key, { range } = {}) {
      const [info, body] = [await store.head(key), await store.get(key, range)];
      if (!info || !body) throw Object.assign(new Error(`no ${key}`), { code: 'NoSuchKey', status: 404 });
      return {
        info: { ...info, storageClass: 'STANDARD', checksums: {}, metadata: {} },
        body: (async function* () {
          yield body;
        })(),
      };
    },
  }) as Partial<ObjectStore> as ObjectStore;
