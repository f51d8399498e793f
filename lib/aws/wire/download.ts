import { createHash, type Hash } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import type { ObjectInfo } from '../../contract/ports/ports.ts';
import type { BucketCall } from './bucket-call.ts';
import { readBody, type WireAnswer } from './http.ts';

const smallBytes = 1024 * 1024;

/** Asks for the checksum that S3 keeps of an object. */
export const checksumMode = { 'x-amz-checksum-mode': 'ENABLED' };

/** Throws where a body is not what was stored. */
export const checkStored =
  (key: string) =>
  (answer: WireAnswer, body: Buffer): void => {
    const checksum = storedChecksum(answer);
    checksum?.update(body);
    if (checksum && !checksum.agrees()) throw changed(key);
  };

const changed = (key: string): Error =>
  new Error(`${key}: the bytes that arrived are not those that were stored`);

/** An object as a file, through a temporary name beside it; three tries until length and stored checksum agree. */
export async function downloadObject(call: BucketCall, key: string, path: string): Promise<ObjectInfo> {
  const part = `${path}.part-${process.pid}`;
  for (let attempt = 1; ; attempt++) {
    const { answer } = await call('GET', key, { headers: checksumMode });
    if (answer.status >= 300) await readBody(answer);
    if (attempt === 1) mkdirSync(dirname(path), { recursive: true });
    try {
      const info = infoOf(key, answer);
      const checksum = storedChecksum(answer);
      let size = 0;
      const measured = (chunk: Buffer): void => {
        checksum?.update(chunk);
        size += chunk.length;
      };
      const small = info.size <= smallBytes ? await readSmall(answer.body, measured) : undefined;
      if (!small) await pipeline(answer.body, measure(measured), createWriteStream(part));
      if (size !== info.size) throw new Error(`${key}: ${size} of ${info.size} bytes arrived`);
      if (checksum && !checksum.agrees()) throw changed(key);
      if (small) writeFileSync(part, small);
      // Never at once: over a file that is there it may wait for the disk.
      await rename(part, path);
      return info;
    } catch (error) {
      await rm(part, { force: true });
      if (attempt === 3) throw error;
    }
  }
}

/** A small body is written in one piece, and at once: a pipeline of streams, and threads that wake up, cost more than the request. */
async function readSmall(body: AsyncIterable<Buffer>, measured: (chunk: Buffer) => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) {
    measured(chunk);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const measure = (measured: (chunk: Buffer) => void): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, next) {
      measured(chunk);
      next(null, chunk);
    },
  });

/** What an answer's headers say of an object. */
export function infoOf(key: string, answer: WireAnswer): ObjectInfo {
  return {
    key,
    size: Number(answer.headers['content-length'] ?? 0),
    etag: answer.headers.etag ?? '',
    lastModified: new Date(answer.headers['last-modified'] ?? 0),
  };
}

interface Checksum {
  update(chunk: Buffer): void;
  agrees(): boolean;
}

/** A checksum of the whole object that we can compute; those of multipart uploads are checksums of checksums. */
function storedChecksum({ headers }: WireAnswer): Checksum | undefined {
  if (headers['x-amz-checksum-type'] === 'COMPOSITE') return undefined;
  for (const algorithm of ['sha256', 'sha1'] as const) {
    const wanted = headers[`x-amz-checksum-${algorithm}`];
    if (wanted !== undefined && !wanted.includes('-')) return ofHash(createHash(algorithm), wanted);
  }
  const wanted = headers['x-amz-checksum-crc32'];
  return wanted === undefined || wanted.includes('-') ? undefined : ofCrc32(wanted);
}

const ofHash = (hash: Hash, wanted: string): Checksum => ({
  update: chunk => void hash.update(chunk),
  agrees: () => hash.digest('base64') === wanted,
});

function ofCrc32(wanted: string): Checksum {
  let value = 0;
  return {
    update: chunk => {
      value = crc32(chunk, value);
    },
    agrees: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64') === wanted;
    },
  };
}
