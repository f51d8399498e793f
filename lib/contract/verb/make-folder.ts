import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Makes a folder and those that it lies in; one that is there is fine. Throws what the file system says, and ENOTSUP for a place that
 * holds no files (/proc): Node's own `recursive` takes its ENOENT for a folder that is still missing, and tries without end.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const missing = await makeOne(path, mode);
  if (!missing) return;
  if (dirname(path) === path) throw missing;
  await makeFolder(dirname(path), mode);
  if (await makeOne(path, mode))
    throw Object.assign(new Error(`${path}: holds no files`), { code: 'ENOTSUP', path });
}

/** The error, where a folder that it lies in is missing. */
async function makeOne(path: string, mode: number | undefined): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path, { mode });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return error as NodeJS.ErrnoException;
    const isThere = await stat(path).then(
      found => found.isDirectory(),
      () => false,
    );
    if (isThere) return undefined;
    throw error;
  }
}

/** The same of a folder that files are to come into, before anything is asked for on their behalf. */
export async function makeUsableFolder(path: string): Promise<void> {
  await makeFolder(path);
  await rmdir(await mkdtemp(join(path, '.lab-')));
}
