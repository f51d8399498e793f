import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a dataset of the stand-in lives: keys below it, as on S3. */
export interface Disk {
  get(key: string): Promise<Buffer | undefined>;
  put(key: string, body: string): Promise<void>;
  /** In byte order. */
  list(prefix: string): Promise<readonly string[]>;
  remove(key: string): Promise<void>;
}

/** Thrown by a disk whose process was killed: nothing after it happens. */
export class Killed extends Error {}

export function memoryDisk(before: (write: string) => void = () => {}): Disk {
  const objects = new Map<string, string>();
  return {
    get: async key => (objects.has(key) ? Buffer.from(objects.get(key)!) : undefined),
    put: async (key, body) => {
      before(key);
      objects.set(key, body);
    },
    list: async prefix => [...objects.keys()].filter(key => key.startsWith(prefix)).sort(),
    remove: async key => {
      before(key);
      objects.delete(key);
    },
  };
}

export function folderDisk(root: string): Disk {
  const files = (folder: string): string[] => {
    try {
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1));
    } catch {
      return [];
    }
  };
  return {
    get: async key => {
      try {
        return readFileSync(join(root, key));
      } catch {
        return undefined;
      }
    },
    put: async (key, body) => {
      mkdirSync(dirname(join(root, key)), { recursive: true });
      writeFileSync(join(root, key), body);
    },
    list: async prefix =>
      files(root)
        .filter(key => key.startsWith(prefix))
        .sort(),
    remove: async key => rmSync(join(root, key), { force: true }),
  };
}
