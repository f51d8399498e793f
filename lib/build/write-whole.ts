import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../contract/verb/make-folder.ts';
import { replaceFile } from '../contract/verb/replace-file.ts';

/** Others may be reading the file, and a second command be writing it: replaced once, and only where it is another. */
export async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  if (before?.equals(contents)) return;
  await makeFolder(dirname(file));
  await replaceFile(file, contents);
}
