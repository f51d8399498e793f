import { lstat, mkdir, readdir, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * `/data_out` as an empty folder on scratch: a link to it where the path is ours to make, else the folder that is there,
 * emptied. What a tool writes stays local until it is whole.
 */
export async function openDataOut(path: string, scratch: string): Promise<string> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory()) {
    for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
    return path;
  }
  const folder = join(scratch, 'data_out');
  await mkdir(folder, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  if (there) await unlink(path);
  await symlink(folder, path);
  return path;
}

/** What a tool has made below /data_out: all but config/, which was there before. */
export async function madeIn(dataOut: string): Promise<readonly string[]> {
  return (await readdir(dataOut)).filter(name => name !== 'config').sort();
}
