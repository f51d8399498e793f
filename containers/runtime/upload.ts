import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Store } from '../../lib/contract/ports/ports.ts';
import type { OutputRecord } from '../../lib/contract/run/records.ts';

/** Uploads a file, or a folder's files below `key`, each with its SHA-256; a store refuses bytes that differ. */
export async function uploadPath(store: Store, path: string, key: string): Promise<readonly OutputRecord[]> {
  const outputs: OutputRecord[] = [];
  for (const file of await filesOf(path)) {
    const inside = relative(path, file).split(sep).join('/');
    const target = inside === '' ? key : `${key.replace(/\/?$/, '/')}${inside}`;
    const { size } = await store.upload(file, target);
    outputs.push({ key: target, bytes: size, sha256: await digest(file) });
  }
  return outputs;
}

/** Every regular file, and what a symlink to one points at; in a stable order. */
async function filesOf(path: string): Promise<string[]> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
