import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { OutputRecord } from '../../contract/run/records.ts';

/** Whether a file is what a record says: of its size, and of its SHA-256 where that was recorded. */
export async function isSameFile(path: string, { bytes, sha256 }: OutputRecord): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  if (there?.size !== bytes) return false;
  if (sha256 === undefined) return true;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === sha256;
}
