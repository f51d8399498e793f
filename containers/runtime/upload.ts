import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import type { Store } from '../../lib/contract/ports/ports.ts';
import type { OutputRecord } from '../../lib/contract/run/records.ts';
import { filesOf, leftOutText } from './files-of.ts';

/**
 * Uploads a file, or a folder's files below `key`, each with its SHA-256; a store refuses bytes that differ. Links, pipes,
 * sockets and devices have no place in S3, and are told.
 */
export async function uploadPath(
  store: Store,
  path: string,
  key: string,
  log: (line: string) => void,
): Promise<readonly OutputRecord[]> {
  const outputs: OutputRecord[] = [];
  const { files, leftOut } = await filesOf(path);
  const told = leftOutText(leftOut, dirname(path));
  if (told) log(told);
  for (const file of files) {
    const inside = relative(path, file).split(sep).join('/');
    const target = inside === '' ? key : `${key.replace(/\/?$/, '/')}${inside}`;
    const { size, sha256 } = await store.upload(file, target);
    outputs.push({ key: target, bytes: size, sha256: sha256 ?? (await digest(file)) });
  }
  return outputs;
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
