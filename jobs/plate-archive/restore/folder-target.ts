import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RestoreTarget } from './target.ts';

/** A folder. `nameOf` gives the path below it: keys that a file system would refuse or rename have safe names there. */
export function folderTarget(
  folder: string,
  nameOf: (key: string) => string,
  overwrite: boolean,
): RestoreTarget {
  const pathOf = (key: string): string => join(folder, nameOf(key));
  return {
    async state(key, { size, sha256 }) {
      const path = pathOf(key);
      const found = await stat(path).catch(() => undefined);
      if (!found) return 'absent';
      if (!found.isFile() || found.size !== size) return 'other';
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
      return hash.digest('hex') === sha256 ? 'same' : 'other';
    },
    async open(key) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      const part = join(dirname(path), `.restoring-${process.pid}-${counter++}`);
      const file = await open(part, 'wx');
      return {
        write: async bytes => void (await file.write(bytes)),
        async commit() {
          await file.sync();
          await file.close();
          try {
            // A link is made only where there is nothing; a rename would replace.
            if (overwrite) await rename(part, path);
            else await link(part, path);
            return true;
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
            throw error;
          } finally {
            await rm(part, { force: true });
          }
        },
        async abort() {
          await file.close().catch(() => undefined);
          await rm(part, { force: true });
        },
      };
    },
    marker: async () => undefined,
  };
}

let counter = 0;
