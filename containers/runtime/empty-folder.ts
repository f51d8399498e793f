import { existsSync, mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is taken away at once, if it is no more than so many files. */
const mostFiles = 16;

/**
 * A folder with nothing in it. At once where there is none yet, or one with a few files: Node's threads, which are started for the first
 * wait, would cost more.
 */
export async function emptyFolder(path: string): Promise<void> {
  if (existsSync(path) && !removeFew(path)) await rm(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
}

function removeFew(path: string): boolean {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    if (entries.length > mostFiles || !entries.every(entry => entry.isFile())) return false;
    for (const { name } of entries) unlinkSync(join(path, name));
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
