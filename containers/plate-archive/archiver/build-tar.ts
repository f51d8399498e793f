import { crc32 } from 'node:zlib';
import { combineCrc32 } from '../../../jobs/plate-archive/format/crc32.ts';
import type { TarPlan } from '../../../jobs/plate-archive/format/layout.ts';
import type { List } from '../../../jobs/plate-archive/format/list.ts';
import { cutParts, partBytesOf, type TarPart } from '../../../jobs/plate-archive/format/parts.ts';
import { tarHeader } from '../../../jobs/plate-archive/format/tar-header.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { fetchSlice, type MemberSums, noSums, type RunningSums } from './fetch-slice.ts';
import { PartBuffers } from './part-buffers.ts';

export interface TarJob {
  readonly source: ObjectStore;
  readonly archive: ObjectStore;
  readonly key: string;
  readonly plan: TarPlan;
  readonly partBytes: number;
  /** Objects that are read at once. */
  readonly connections: number;
  /** Undefined: STANDARD, and lifecycle moves it once it is verified. */
  readonly storageClass?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Called with every member's digests and the tar's own before the parts become a tar. */
  beforeComplete(built: BuiltTar): Promise<void>;
}

export type { MemberSums } from './fetch-slice.ts';

export interface BuiltTar {
  readonly bytes: number;
  readonly crc32: number;
  /** In the order of the plan's members. */
  readonly sums: List<MemberSums>;
}

const uploadsAtOnce = 2;

/** Digests of members by where their headers lie in the tar. */
interface Ongoing {
  /** Of those that go on in a later part. */
  readonly begun: Map<number, RunningSums>;
  readonly whole: Map<number, MemberSums>;
}

/** S3 → digests → tar part → S3: no disk, and no more memory than a few parts. Throws PlateError where a source changed. */
export async function buildTar(job: TarJob): Promise<BuiltTar & { readonly object: StoredObject }> {
  const { plan, archive, key, storageClass, tags } = job;
  const writer = await archive.begin(key, {
    ...(storageClass ? { storageClass } : {}),
    tags,
    contentType: 'application/x-tar',
  });
  const uploads = new Set<Promise<void>>();
  try {
    const buffers = new PartBuffers(partBytesOf(plan, job.partBytes), uploadsAtOnce + 1);
    const ongoing: Ongoing = { begun: new Map(), whole: new Map() };
    const sums: MemberSums[] = [];
    let whole = 0;
    for (const part of cutParts(plan, job.partBytes)) {
      job.signal?.throwIfAborted();
      const body = await buffers.take(part.bytes);
      const partCrc32 = await fillPart(job, part, body, ongoing, sums);
      whole = combineCrc32(whole, partCrc32, part.bytes);
      const upload = writer
        .part(part.number, body, partCrc32)
        .then(() => {
          buffers.give(body);
          job.onBytes?.(part.bytes);
        })
        .finally(() => uploads.delete(upload));
      uploads.add(upload);
      // Whoever waits for the next buffer hears of a failure there; nobody else may be listening yet.
      upload.catch(error => buffers.fail(error as Error));
    }
    await Promise.all(uploads);
    buffers.close();
    const built = { bytes: plan.bytes, crc32: whole, sums };
    await job.beforeComplete(built);
    const { created, object } = await writer.complete({ size: plan.bytes, crc32: whole });
    if (!created) await writer.abort();
    checkStored(key, object, built);
    return { ...built, object };
  } catch (error) {
    await Promise.allSettled(uploads);
    // The bucket's lifecycle takes what cannot be aborted now.
    await writer.abort().catch(() => undefined);
    throw error;
  }
}

/** There may be a tar of that name already: this plan's, of another worker or an earlier attempt, or nothing that we may touch. */
export function checkStored(
  key: string,
  object: StoredObject,
  built: Pick<BuiltTar, 'bytes' | 'crc32'>,
): void {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(built.crc32);
  if (object.size === built.bytes && object.checksums.CRC32 === bytes.toString('base64')) return;
  throw new PlateError([`${key} is there already, with other bytes: it is not overwritten`]);
}

/** Headers, members and zeros of one part; answers its CRC-32. */
async function fillPart(
  { source, connections, signal }: TarJob,
  part: TarPart,
  body: Buffer,
  ongoing: Ongoing,
  sums: MemberSums[],
): Promise<number> {
  clearGaps(part, body);
  for (const { member, at } of part.headers)
    tarHeader({ name: member.name, size: member.object.size, seconds: member.object.modified / 1000 }).copy(
      body,
      at,
    );
  const crcs: number[] = [];
  let next = 0;
  const reader = async (): Promise<void> => {
    while (next < part.slices.length) {
      const i = next++;
      const slice = part.slices[i]!;
      const { header } = slice.member;
      const target = body.subarray(slice.at, slice.at + slice.bytes);
      const before = slice.from > 0 ? ongoing.begun.get(header) : undefined;
      const fetched = await fetchSlice(source, slice, target, before, signal);
      crcs[i] = fetched.crc32;
      if (fetched.member) ongoing.whole.set(header, fetched.member);
      else ongoing.begun.set(header, fetched.sums!);
    }
  };
  const readers = Array.from({ length: Math.min(connections, part.slices.length) }, reader);
  await Promise.all(readers).catch(async error => {
    next = part.slices.length;
    // The buffer may not be used again while somebody still writes to it.
    await Promise.allSettled(readers);
    throw error;
  });
  closeMembers(part, ongoing, sums);
  return crc32OfPart(part, body, crcs);
}

/** Members whose last byte is here are done; empty ones with their header. */
function closeMembers(part: TarPart, { begun, whole }: Ongoing, sums: MemberSums[]): void {
  const close = (header: number): void => {
    const known = whole.get(header);
    whole.delete(header);
    if (known) {
      sums.push(known);
      return;
    }
    const { hash, crc32: sum } = begun.get(header) ?? noSums();
    begun.delete(header);
    sums.push({ sha256: hash.digest('hex'), crc32: sum });
  };
  const ends = new Map(part.slices.map(slice => [slice.member.header, slice]));
  // One that began in an earlier part comes before all that begin here.
  const first = part.slices[0];
  if (first && first.from > 0 && first.from + first.bytes === first.member.object.size)
    close(first.member.header);
  for (const { member } of part.headers) {
    const last = ends.get(member.header);
    if (member.object.size === 0 || (last && last.from + last.bytes === member.object.size))
      close(member.header);
  }
}

function clearGaps(part: TarPart, body: Buffer): void {
  let at = 0;
  for (const slice of part.slices) {
    body.fill(0, at, slice.at);
    at = slice.at + slice.bytes;
  }
  body.fill(0, at);
}

/** From this size on, combining is cheaper than to digest again. */
const combineFrom = 4 * 1024;

/** Of what arrived: members count with the CRC-32 they had on the way in, so S3 refuses a part that changed in memory since. */
function crc32OfPart(part: TarPart, body: Buffer, crcs: readonly number[]): number {
  let sum = 0;
  let at = 0;
  part.slices.forEach((slice, i) => {
    const end = slice.at + slice.bytes;
    if (slice.bytes < combineFrom) {
      sum = crc32(body.subarray(at, end), sum);
    } else {
      sum = crc32(body.subarray(at, slice.at), sum);
      sum = combineCrc32(sum, crcs[i]!, slice.bytes);
    }
    at = end;
  });
  return crc32(body.subarray(at), sum);
}
