import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type ObjectMeta, wholeSecond } from './object-meta.ts';

/**
 * What an object is whose file came into the bucket's folder by hand: what is `known` of this very file from before, or as old as
 * the file, of no type that is known.
 */
export async function describeByHand(
  folder: string,
  file: Pick<ObjectMeta, 'key' | 'path' | 'size' | 'mtimeMs'>,
  known?: ObjectMeta,
): Promise<Omit<ObjectMeta, 'versionId' | 'sequence'>> {
  if (known) {
    const { versionId: _version, sequence: _sequence, ...rest } = known;
    return rest;
  }
  const hash = createHash('md5');
  for await (const chunk of createReadStream(join(folder, file.path))) hash.update(chunk as Buffer);
  return {
    ...file,
    etag: hash.digest('hex'),
    lastModified: wholeSecond(file.mtimeMs),
    headers: { 'content-type': 'binary/octet-stream' },
    checksums: {},
  };
}
