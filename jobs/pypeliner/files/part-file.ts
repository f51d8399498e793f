import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file that is being fetched, beside the place where it will be. */
export interface PartFile {
  readonly path: string;
  /** Numbers of the parts that have arrived, a line each. */
  readonly log: string;
  readonly done: ReadonlySet<number>;
}

/**
 * The part file of this process for a version of an object: what a process that has ended has left of it, or an empty one.
 * What another process is at is that one's.
 */
export async function openPart(path: string, { etag }: { readonly etag: string }): Promise<PartFile> {
  const version = createHash('sha256').update(etag).digest('hex').slice(0, 16);
  const start = `${path}.part-${version}-`;
  const own = partOf(`${start}${process.pid}`);
  for (const name of await readdir(dirname(path))) {
    const pid = Number(join(dirname(path), name).slice(start.length));
    if (!name.startsWith(basename(start)) || !Number.isInteger(pid) || pid <= 0) continue;
    if (pid !== process.pid && isAlive(pid)) continue;
    const left = partOf(`${start}${pid}`);
    try {
      // Of two that find it, one gets it.
      if (pid !== process.pid) await rename(left.path, own.path);
      const done = await readLog(left.log);
      if (pid !== process.pid) await rename(left.log, own.log);
      return { ...own, done };
    } catch {
      await rm(own.log, { force: true });
    }
  }
  return { ...own, done: new Set() };
}

export async function dropPart({ path, log }: PartFile): Promise<void> {
  await rm(path, { force: true });
  await rm(log, { force: true });
}

const partOf = (path: string): Omit<PartFile, 'done'> => ({ path, log: `${path}.log` });

/** A line that was cut off by a kill tells nothing. */
async function readLog(path: string): Promise<ReadonlySet<number>> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  return new Set(lines.map(Number));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
