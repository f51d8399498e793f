import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { wholeOf } from '../../lib/contract/list/bytes.ts';
import type { ObjectInfo, Store } from '../../lib/contract/ports/ports.ts';
import { foldersOf } from './folders-of.ts';

/** A bucket that is a folder. `writes` has the keys that were written, in order. */
export function folderStore(root: string, bucket = 'bucket'): Store & { readonly writes: string[] } {
  const writes: string[] = [];
  const info = async (key: string): Promise<ObjectInfo> => {
    const body = await readFile(join(root, key));
    const { mtime } = await stat(join(root, key));
    return {
      key,
      size: body.length,
      etag: createHash('md5').update(body).digest('hex'),
      lastModified: mtime,
    };
  };
  const write = async (key: string, put: (path: string) => Promise<void>): Promise<void> => {
    writes.push(key);
    const path = join(root, key);
    await mkdir(dirname(path), { recursive: true });
    await put(`${path}.part`);
    await rename(`${path}.part`, path);
  };
  return {
    bucket,
    writes,
    async get(key, range) {
      if (!existsSync(join(root, key))) return undefined;
      const body = await readFile(join(root, key));
      return range ? body.subarray(range[0], range[1]) : body;
    },
    async put(key, body, options = {}) {
      if (options.ifNoneMatch && existsSync(join(root, key))) return false;
      await write(key, path => writeFile(path, wholeOf(body)));
      return true;
    },
    head: async key => (existsSync(join(root, key)) ? info(key) : undefined),
    async *list(prefix, options = {}) {
      const folder = join(root, prefix.slice(0, prefix.lastIndexOf('/') + 1));
      if (!existsSync(folder)) return;
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const keys = entries
        .filter(entry => entry.isFile())
        .map(entry => relative(root, join(entry.parentPath, entry.name)))
        .filter(key => key.startsWith(prefix) && key > (options.startAfter ?? ''))
        .sort();
      for (const key of keys.slice(0, options.limit)) yield info(key);
    },
    async *folders(prefix) {
      const keys: string[] = [];
      for await (const { key } of this.list(prefix)) keys.push(key);
      yield* foldersOf(keys, prefix);
    },
    async download(key, path) {
      await mkdir(dirname(path), { recursive: true });
      await copyFile(join(root, key), path);
      return info(key);
    },
    async upload(path, key) {
      await write(key, part => copyFile(path, part));
      return info(key);
    },
  };
}
