import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** A folder with nothing in it. At once where there is none yet: Node's threads, which are started for the first wait, would cost more. */
export async function emptyFolder(path: string): Promise<void> {
  if (existsSync(path)) await rm(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
}
