import { createHash, type Hash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { combineCrc32 } from '../../../jobs/plate-archive/format/crc32.ts';
import type { PartSlice } from '../../../jobs/plate-archive/format/parts.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import {
  isStoreError,
  type ObjectStore,
  type ReadIntoOptions,
  type StoredObject,
} from '../../../lib/contract/ports/object-store.ts';
import { shellWord } from '../../../lib/contract/verb/texts.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';

/** Digests of a member so far; members larger than a part arrive in several slices, in order. */
export interface RunningSums {
  readonly hash: Hash;
  readonly crc32: number;
}

/** Digests of a whole member. */
export interface MemberSums {
  /** Hex. */
  readonly sha256: string;
  readonly crc32: number;
}

export const noSums = (): RunningSums => ({ hash: createHash('sha256'), crc32: 0 });

export interface FetchedSlice {
  /** Of the slice alone. */
  readonly crc32: number;
  /** Of the member with this slice, where it is not all of it. */
  readonly sums?: RunningSums;
  /** Where the slice is the whole member. */
  readonly member?: MemberSums;
}

const tries = 3;
/** Up to this size members are digested when they are there: an object for the digest, and a call for every piece, cost more. */
const atOnceBytes = 256 * 1024;

/**
 * Reads a slice of an object into its place in the part, digesting what arrives. Under the inventory's ETag and version, or
 * not at all; what S3 has a checksum of is compared with it, and read again where they differ. `before`: digests of the
 * member's earlier slices.
 */
export async function fetchSlice(
  source: ObjectStore,
  slice: PartSlice,
  target: Buffer,
  before: RunningSums | undefined,
  signal?: AbortSignal,
): Promise<FetchedSlice> {
  const { object } = slice.member;
  const isWhole = slice.bytes === object.size;
  for (let attempt = 1; ; attempt++) {
    const fetched =
      isWhole && slice.bytes <= atOnceBytes
        ? await fetchAtOnce(source, slice, target, signal)
        : await fetchAlong(source, slice, target, before?.hash ?? createHash('sha256'), signal);
    const { info, crc32: sum } = fetched;
    if (info.size !== object.size) throw changed(source.bucket, object.key);
    if (!isWhole) {
      const all = combineCrc32(before?.crc32 ?? 0, sum, slice.bytes);
      return { crc32: sum, sums: { hash: fetched.hash!, crc32: all } };
    }
    const sha256 = fetched.sha256 ?? fetched.hash!.digest('hex');
    if (agrees(info, sha256, sum)) return { crc32: sum, member: { sha256, crc32: sum } };
    if (attempt === tries)
      throw new PlateError(
        [
          `s3://${source.bucket}/${object.key} arrived altered ${counted(tries, 'time')}: its checksum differs`,
        ],
        {
          isPassing: true,
        },
      );
  }
}

interface Fetched {
  readonly info: StoredObject;
  readonly crc32: number;
  /** Of the member with the slice; of a member that came at once there is its digest. */
  readonly hash?: Hash;
  readonly sha256?: string;
}

async function fetchAtOnce(
  source: ObjectStore,
  slice: PartSlice,
  target: Buffer,
  signal: AbortSignal | undefined,
): Promise<Fetched> {
  const info = await read(source, slice, target, signal === undefined ? {} : { signal });
  return { info, crc32: crc32(target), sha256: hash('sha256', target, 'hex') };
}

async function fetchAlong(
  source: ObjectStore,
  slice: PartSlice,
  target: Buffer,
  before: Hash,
  signal: AbortSignal | undefined,
): Promise<Fetched> {
  let along = before.copy();
  let sum = 0;
  const info = await read(source, slice, target, {
    ...(signal === undefined ? {} : { signal }),
    onBytes: bytes => {
      along.update(bytes);
      sum = crc32(bytes, sum);
    },
    onRestart: () => {
      along = before.copy();
      sum = 0;
    },
  });
  return { info, crc32: sum, hash: along };
}

async function read(
  source: ObjectStore,
  { member: { object }, bytes, from }: PartSlice,
  target: Buffer,
  options: ReadIntoOptions,
): Promise<StoredObject> {
  try {
    return await source.readInto(object.key, target, {
      ...options,
      ifMatch: object.etag,
      ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
      ...(bytes === object.size ? {} : { from }),
    });
  } catch (error) {
    throw explained(error, source.bucket, object.key);
  }
}

function agrees({ checksums }: StoredObject, sha256: string, sum: number): boolean {
  if (checksums.CRC32 !== undefined && Buffer.from(checksums.CRC32, 'base64').readUInt32BE() !== sum)
    return false;
  return checksums.SHA256 === undefined || Buffer.from(checksums.SHA256, 'base64').toString('hex') === sha256;
}

const changed = (bucket: string, key: string): PlateError =>
  new PlateError([`s3://${bucket}/${key} has changed since the inventory was frozen`]);

function explained(error: unknown, bucket: string, key: string): unknown {
  if (isStoreError(error, 'PreconditionFailed', 'NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'))
    return changed(bucket, key);
  if (isStoreError(error, 'InvalidObjectState'))
    return new PlateError([
      `s3://${bucket}/${key} is in a cold class and cannot be read; where that is Intelligent-Tiering, npx lab archive thaw ${shellWord(`s3://${bucket}/${key.slice(0, key.lastIndexOf('/') + 1)}`)} asks for all of its folder`,
    ]);
  // Of this object alone: encrypted with a key of its owner's (SSE-C), or a key of KMS that the role may not use.
  if (isStoreError(error) && /^(?:AccessDenied|InvalidRequest|InvalidArgument|KMS\.)/.test(error.code))
    return new PlateError([`s3://${bucket}/${key} cannot be read, ${error.code}: ${error.message}`]);
  return error;
}
