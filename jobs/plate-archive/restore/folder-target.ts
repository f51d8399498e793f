import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { writeFully } from '../../../lib/contract/run/write-fully.ts';
import { makeFolder } from '../../../lib/contract/verb/make-folder.ts';
import type { RestoreTarget } from './target.ts';

/** A folder. `nameOf` gives the path below it: keys that a file system would refuse or rename have safe names there. */
export function folderTarget(
  folder: string,
  nameOf: (key: string) => string,
  overwrite: boolean,
): RestoreTarget {
  const pathOf = (key: string): string => join(folder, nameOf(key));
  const made = new Map<string, Promise<void>>();
  const make = (path: string): Promise<void> => {
    const known = made.get(path) ?? makeFolder(path).then(() => sweep(path));
    made.set(path, known);
    return known;
  };
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
      await make(dirname(path));
      const part = join(dirname(path), `${ours}${process.pid}-${counter++}`);
      const file = await open(part, 'wx');
      return {
        write: bytes => writeFully(file, bytes),
        async commit() {
          try {
            await file.sync();
            await file.close();
            // A link is made only where there is nothing; a rename would replace.
            if (overwrite) await rename(part, path);
            else await link(part, path);
            return true;
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
            throw error;
          } finally {
            await file.close().catch(() => undefined);
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
/** Of this machine: whether a process is alive can be seen here alone. */
const ours = `.restoring-${hostname().replaceAll('/', '')}-`;

/** Takes away what a process of ours that was killed has left half written. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(ours) ? /^(\d+)-\d+$/.exec(name.slice(ours.length))?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of somebody else it is alive, too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
