import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { ObjectInfo } from '../../lib/contract/ports/ports.ts';

/** What lies below a prefix of a bucket, with keys as if nothing were in front of them. */
export function prefixed(store: ObjectStore, prefix: string): ObjectStore {
  if (prefix === '') return store;
  const full = (key: string): string => prefix + key;
  const own = <T extends Pick<ObjectInfo, 'key'>>(found: T): T => ({
    ...found,
    key: found.key.slice(prefix.length),
  });
  async function* each<T extends Pick<ObjectInfo, 'key'>>(list: AsyncIterable<T>): AsyncIterable<T> {
    for await (const found of list) yield own(found);
  }
  const maybe = <T extends Pick<ObjectInfo, 'key'>>(found: T | undefined): T | undefined =>
    found && own(found);
  const after = (startAfter: string | undefined) =>
    startAfter === undefined ? {} : { startAfter: full(startAfter) };
  return {
    bucket: store.bucket,
    get: (key, range) => store.get(full(key), range),
    put: (key, body, options) => store.put(full(key), body, options),
    head: async key => maybe(await store.head(full(key))),
    list: (below, options) => each(store.list(full(below), { ...options, ...after(options?.startAfter) })),
    async *folders(below) {
      for await (const folder of store.folders(full(below))) yield folder.slice(prefix.length);
    },
    download: async (key, path, signal) => own(await store.download(full(key), path, signal)),
    upload: async (path, key) => own(await store.upload(path, full(key))),
    look: async (key, options) => maybe(await store.look(full(key), options)),
    readInto: async (key, target, options) => own(await store.readInto(full(key), target, options)),
    stream: async (key, options) => {
      const { info, body } = await store.stream(full(key), options);
      return { info: own(info), body };
    },
    begin: async (key, options) => {
      const writer = await store.begin(full(key), options);
      return {
        ...writer,
        complete: async whole => {
          const { created, object } = await writer.complete(whole);
          return { created, object: own(object) };
        },
      };
    },
    uploads: below => each(store.uploads(full(below))),
    abort: (key, uploadId) => store.abort(full(key), uploadId),
    deleteMany: async (entries, options) =>
      (
        await store.deleteMany(
          entries.map(entry => ({ ...entry, key: full(entry.key) })),
          options,
        )
      ).map(own),
    versions: (below, options) =>
      each(store.versions(full(below), { ...options, ...after(options?.startAfter) })),
    async *versionPages(below) {
      for await (const page of store.versionPages(full(below))) yield page.map(own);
    },
    tags: (key, options) => store.tags(full(key), options),
    tag: (key, tags, options) => store.tag(full(key), tags, options),
    restore: (key, options) => store.restore(full(key), options),
    facts: () => store.facts(),
    attributes: (key, options) => store.attributes(full(key), options),
    copy: (from, key, options) => store.copy(from, full(key), options),
    deleteVersion: (key, versionId, options) => store.deleteVersion(full(key), versionId, options),
  };
}
