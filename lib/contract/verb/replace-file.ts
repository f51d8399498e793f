import { randomUUID } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

/** A folder that takes no file of ours, though one in it may be ours to write. */
const denied = ['EACCES', 'EPERM', 'EROFS'];

/**
 * Puts text in the place of a file whole or not at all: it is written beside it, by a name of its own, and renamed. Behind a link
 * its file is replaced; what is no plain file, as /dev/stdout, or is in a folder that takes no other, is written to as it is. Rejects
 * with what the file system says, of `path`, and leaves nothing beside it.
 */
export async function replaceFile(path: string, text: string | Uint8Array | Iterable<string>): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => undefined);
  if (before && !before.isFile()) return writeFile(path, text);
  const part = `${target}.${randomUUID().slice(0, 8)}.part`;
  try {
    await writeFile(part, '', { flag: 'wx', ...(before ? { mode: before.mode & 0o777 } : {}) });
  } catch (error) {
    // Nothing of the text has been taken yet: it may be one that is made as it is read.
    if (before && denied.includes((error as NodeJS.ErrnoException).code ?? '')) return writeFile(path, text);
    throw named(path, part, error as Error);
  }
  try {
    await writeFile(part, text);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw named(path, part, error as Error);
  }
}

const named = (path: string, part: string, error: Error): Error =>
  Object.assign(error, { path, message: error.message.replaceAll(part, path) });
