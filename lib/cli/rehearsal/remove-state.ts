import { type Dir, type Dirent, opendirSync } from 'node:fs';
import { rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { eachLimit } from '../../contract/run/map-limit.ts';

/** Removes what a rehearsal has left of its twin; interrupted, it may still be written to for a moment. */
export async function removeState(folder: string): Promise<void> {
  // A few at once: Node's own removal has all of a hundred thousand folders under way together, which takes more memory than the rehearsal.
  await removeTree(folder).catch(() => undefined);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

async function removeTree(folder: string): Promise<void> {
  const entries = opendirSync(folder);
  try {
    await eachLimit(entriesOf(entries), 16, entry => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? removeTree(path) : unlink(path);
    });
  } finally {
    entries.closeSync();
  }
  await rmdir(folder);
}

function* entriesOf(folder: Dir): Generator<Dirent> {
  for (let entry = folder.readSync(); entry; entry = folder.readSync()) yield entry;
}
