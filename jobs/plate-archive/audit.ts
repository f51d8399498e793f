import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '../../lib/contract/ports/object-store.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import { decodeIndex, type IndexEntry } from './format/archive-index.ts';
import { indexKey, inventoryKey, manifestKey, type PlateName, tarKey } from './format/archive-keys.ts';
import { sha256 } from './format/inventory.ts';
import type { ProofText, ProvenTar } from './format/proof.ts';
import { keptTwice } from './kept-twice.ts';
import { PlateError } from './plate/plate-error.ts';
import { neededTars } from './restore/thaw.ts';

/** What an audit did and found. */
export interface ArchiveAudit {
  /** Tars whose size, ETag, version and CRC-32 S3 still says as they were proven. */
  readonly tars: number;
  /** Tars whose SHA-256 a report of S3 Batch Operations has, computed from the bytes at rest. */
  readonly reported: number;
  /** Objects that were read and compared with their SHA-256. */
  readonly read: number;
  readonly problems: readonly string[];
}

export interface AuditOptions {
  /** A report of S3 Batch Operations, "compute checksum" with SHA-256: hex by key. */
  readonly report?: ReadonlyMap<string, string>;
  /** Objects that are read: see `sampleOf`. */
  readonly sample: readonly IndexEntry[];
  readonly signal?: AbortSignal;
}

/** Re-proves an archive against its proof, without a restore where S3's own checksums do. */
export async function audit(
  archive: ObjectStore,
  plate: PlateName,
  proof: ProofText,
  options: AuditOptions,
): Promise<ArchiveAudit> {
  const problems: string[] = [];
  await checkFiles(archive, plate, proof, problems);
  let reported = 0;
  for (const [i, tar] of proof.tars.entries()) {
    const key = tarKey(plate, proof.inventory, i);
    await checkTar(archive, key, tar, problems);
    const sum = options.report?.get(key);
    if (sum === undefined) continue;
    reported++;
    if (sum !== tar.sha256)
      problems.push(`${key}: S3 computed the SHA-256 ${sum}, and ${tar.sha256} was proven`);
  }
  // Those whose task failed are in a report, too, without a checksum.
  if (options.report && reported < proof.tars.length)
    problems.push(
      `${proof.tars.length - reported} of ${counted(proof.tars.length, { one: 'tar has', many: 'tars have' })} no SHA-256 in the report that was given`,
    );
  const read = await readSample(archive, plate, proof, options, problems);
  return { tars: proof.tars.length, reported, read, problems };
}

async function checkFiles(
  archive: ObjectStore,
  plate: PlateName,
  proof: ProofText,
  problems: string[],
): Promise<void> {
  const files = [
    [inventoryKey(plate, proof.inventory), proof.inventory],
    [indexKey(plate, proof.inventory), proof.index],
    [manifestKey(plate, proof.inventory), proof.manifest],
  ] as const;
  for (const [key, wanted] of files) {
    const bytes = await archive.get(key);
    if (!bytes) problems.push(`${key} is not there`);
    else if (sha256(bytes) !== wanted) problems.push(`${key} is not the one that was proven`);
  }
}

async function checkTar(
  archive: ObjectStore,
  key: string,
  tar: ProvenTar,
  problems: string[],
): Promise<void> {
  const now = await archive.look(key, tar.versionId === undefined ? {} : { versionId: tar.versionId });
  if (!now) {
    problems.push(`${key} is not there`);
    return;
  }
  const crc32 = now.checksums.CRC32 && Buffer.from(now.checksums.CRC32, 'base64').toString('hex');
  // A lifecycle rule keeps version and checksum, and may give a version another ETag.
  if (now.size !== tar.bytes || crc32 !== tar.crc32)
    problems.push(`${key} has another size or CRC-32 than was proven`);
  const covered = await whatLiesOver(archive, key, tar);
  if (covered !== undefined) problems.push(covered);
}

/** Where the proven version is not the newest: it is there still, and nothing but its number leads to it. Undefined where it is. */
export async function whatLiesOver(
  archive: ObjectStore,
  key: string,
  { versionId }: Pick<ProvenTar, 'versionId'>,
): Promise<string | undefined> {
  if (versionId === undefined) return undefined;
  const newest = await archive.look(key);
  if (newest?.versionId === versionId) return undefined;
  return `${key} was ${newest ? 'written over' : 'deleted'} since it was proven: the proven version ${versionId} lies below`;
}

/**
 * Some of a proven archive's objects, one at the least: any share, and the same ones for the same seed. Throws PlateError where the
 * index is not the one that was proven.
 */
export async function sampleOf(
  archive: ObjectStore,
  plate: PlateName,
  proof: ProofText,
  { share, seed }: { /** 0 to 1. */ readonly share: number; readonly seed: string },
): Promise<readonly IndexEntry[]> {
  if (share === 0) return [];
  const bytes = await keptTwice(archive, plate, proof.inventory, 'index.ndjson', proof.index);
  const entries = decodeIndex(bytes).filter(({ tar }) => tar !== undefined);
  const draw = ({ key }: IndexEntry): number =>
    createHash('sha256').update(`${seed}\n${key}`).digest().readUInt32BE();
  const drawn = entries.map(entry => ({ entry, lot: draw(entry) }));
  const chosen = drawn.filter(({ lot }) => lot < share * 2 ** 32);
  if (chosen.length > 0 || drawn.length === 0) return chosen.map(({ entry }) => entry);
  return [drawn.reduce((least, each) => (each.lot < least.lot ? each : least)).entry];
}

/** From where a restore would read them. */
async function readSample(
  archive: ObjectStore,
  plate: PlateName,
  proof: ProofText,
  { sample, signal }: AuditOptions,
  problems: string[],
): Promise<number> {
  let tars: ReadonlyMap<number, StoredObject>;
  try {
    const needed = await neededTars(archive, plate, proof, sample);
    tars = new Map(needed.map(({ number, object }) => [number, object]));
  } catch (error) {
    if (!(error instanceof PlateError)) throw error;
    problems.push(...error.problems);
    return 0;
  }
  for (const entry of sample)
    if ((await sha256At(archive, tars.get(entry.tar!)!, entry, signal)) !== entry.sha256)
      problems.push(`${entry.key}: the archive gives other bytes than it was proven with`);
  return sample.length;
}

const chunkBytes = 4 * 1024 * 1024;

async function sha256At(
  archive: ObjectStore,
  { key, etag, versionId }: StoredObject,
  { offset = 0, size }: IndexEntry,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  const memory = Buffer.allocUnsafe(Math.min(chunkBytes, size));
  for (let from = 0; from < size; from += chunkBytes) {
    const part = memory.subarray(0, Math.min(chunkBytes, size - from));
    await archive.readInto(key, part, {
      ...{ from: offset + from, ifMatch: etag },
      ...(versionId === undefined ? {} : { versionId }),
      ...(signal ? { signal } : {}),
    });
    hash.update(part);
  }
  return hash.digest('hex');
}

/**
 * Reads a completion report of S3 Batch Operations for "compute checksum": CSV with bucket, key (URL-encoded), version, task
 * status, error code, HTTP status, result message, where the message is JSON with the checksum in base64 or hex.
 */
export function readChecksumReport(text: string, prefix: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const key = /^"?[^",]*"?,"?([^",]+)"?,/.exec(line)?.[1];
    const sum = /"{0,2}checksum_(?:hex|base64)"{0,2}\s*:\s*"{0,2}([A-Za-z0-9+/=]+)/i.exec(line);
    if (!key || !sum) continue;
    const plain = decodeURIComponent(key.replaceAll('+', ' '));
    const hex = /^[0-9a-f]{64}$/i.test(sum[1]!)
      ? sum[1]!.toLowerCase()
      : Buffer.from(sum[1]!, 'base64').toString('hex');
    // Of another algorithm.
    if (hex.length !== 64) continue;
    if (plain.startsWith(prefix)) sums.set(plain.slice(prefix.length), hex);
  }
  return sums;
}
