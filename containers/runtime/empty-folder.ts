import { lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is taken away at once, if it is no more than so many files. */
const mostFiles = 16;

/**
 * A folder with nothing in it. At once where there is none yet, or one with a few files: Node's threads, which are started for the first
 * wait, would cost more, and to remove a folder takes some disks forty times as long as a file.
 */
export async function emptyFolder(path: string): Promise<void> {
  // A link that a tool has put there leads to what is not ours.
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there && !(there.isDirectory() && hasLostFiles(path))) await rm(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
}

/** Whether it holds nothing any more: it held a few files at the most. */
function hasLostFiles(path: string): boolean {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    if (entries.length > mostFiles || !entries.every(entry => entry.isFile())) return false;
    for (const { name } of entries) unlinkSync(join(path, name));
    return true;
  } catch {
    return false;
  }
}
