import { lstat, mkdir, readdir, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { configPrefix } from '../../lib/contract/run/keys.ts';

/** Where a tool writes. */
export interface DataOut {
  readonly path: string;
  /** Paths of what it has made there: all but config/, which was there before. */
  made(): Promise<readonly string[]>;
}

/**
 * `/data_out` as a folder on scratch that holds config/ of the output bucket and nothing else: a link to it where the path
 * is ours to make, else the folder that is there, emptied. What a tool writes stays local until it is whole.
 */
export async function openDataOut(
  path: string,
  scratch: string,
  download: (prefix: string, folder: string) => Promise<unknown>,
): Promise<DataOut> {
  await emptyFolder(path, scratch);
  const config = join(path, 'config');
  await mkdir(config, { recursive: true });
  await download(configPrefix, config);
  return {
    path,
    made: async () =>
      (await readdir(path))
        .filter(name => name !== 'config')
        .sort()
        .map(name => join(path, name)),
  };
}

async function emptyFolder(path: string, scratch: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory()) {
    for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
    return;
  }
  const folder = join(scratch, 'data_out');
  await mkdir(folder, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  if (there) await unlink(path);
  await symlink(folder, path);
}
