import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { combineCrc32 } from '../../../jobs/plate-archive/crc32.ts';
import type { PartSlice } from '../../../jobs/plate-archive/parts.ts';
import { PlateError } from '../../../jobs/plate-archive/plate-error.ts';
import {
  isStoreError,
  type ObjectStore,
  type StoredObject,
} from '../../../lib/contract/ports/object-store.ts';

/** Digests of a member so far; members larger than a part arrive in several slices, in order. */
export interface Sums {
  readonly hash: Hash;
  readonly crc32: number;
}

export const noSums = (): Sums => ({ hash: createHash('sha256'), crc32: 0 });

export interface FetchedSlice {
  readonly sums: Sums;
  /** Of the slice alone. */
  readonly crc32: number;
}

const tries = 3;

/**
 * Reads a slice of an object into its place in the part, digesting what arrives. Under the inventory's ETag and version, or
 * not at all; what S3 has a checksum of is compared with it, and read again where they differ.
 */
export async function fetchSlice(
  source: ObjectStore,
  slice: PartSlice,
  target: Buffer,
  before: Sums,
  signal?: AbortSignal,
): Promise<FetchedSlice> {
  const { object } = slice.member;
  const isWhole = slice.bytes === object.size;
  for (let attempt = 1; ; attempt++) {
    let hash = before.hash.copy();
    let sum = 0;
    const info = await source
      .readInto(object.key, target, {
        ifMatch: object.etag,
        ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
        ...(isWhole ? {} : { from: slice.from }),
        ...(signal ? { signal } : {}),
        onBytes: bytes => {
          hash.update(bytes);
          sum = crc32(bytes, sum);
        },
        onRestart: () => {
          hash = before.hash.copy();
          sum = 0;
        },
      })
      .catch(error => {
        throw explained(error, source.bucket, object.key);
      });
    if (info.size !== object.size) throw changed(source.bucket, object.key);
    const isAsStored = !isWhole || agrees(info, hash, sum);
    if (isAsStored)
      return { sums: { hash, crc32: combineCrc32(before.crc32, sum, slice.bytes) }, crc32: sum };
    if (attempt === tries)
      throw new PlateError(
        [`s3://${source.bucket}/${object.key} arrived altered ${tries} times: its checksum differs`],
        {
          isPassing: true,
        },
      );
  }
}

function agrees({ checksums }: StoredObject, hash: Hash, sum: number): boolean {
  if (checksums.CRC32 !== undefined && Buffer.from(checksums.CRC32, 'base64').readUInt32BE() !== sum)
    return false;
  return checksums.SHA256 === undefined || checksums.SHA256 === hash.copy().digest('base64');
}

const changed = (bucket: string, key: string): PlateError =>
  new PlateError([`s3://${bucket}/${key} has changed since the inventory was frozen`]);

function explained(error: unknown, bucket: string, key: string): unknown {
  if (isStoreError(error, 'PreconditionFailed', 'NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'))
    return changed(bucket, key);
  if (isStoreError(error, 'InvalidObjectState'))
    return new PlateError([
      `s3://${bucket}/${key} is in an archive tier and cannot be read: restore it first`,
    ]);
  return error;
}
