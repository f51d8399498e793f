import { lstat, mkdir, rmdir, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a fixed path such as /data_in a link to a folder on scratch. Where the path is a folder that we may
 * not take away (a mount, or not empty), it is used itself. Answers the folder to fill, and how to take the link away.
 */
export async function linkTo(
  path: string,
  folder: string,
): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory()) {
    const isFree = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!isFree) return { folder: path, remove: async () => {} };
  } else if (there) await unlink(path);
  await mkdir(folder, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  await symlink(folder, path);
  return { folder, remove: () => unlink(path) };
}
