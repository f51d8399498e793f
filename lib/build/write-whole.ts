import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../contract/verb/make-folder.ts';

/** Others may be reading the file, and a second command be writing it: written by a name of its own, and renamed once. */
export async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  if (before?.equals(contents)) return;
  await makeFolder(dirname(file));
  const part = `${file}.${randomUUID()}`;
  await writeFile(part, contents);
  await rename(part, file);
}
