import {
  failureKey,
  indexTarKey,
  type PlateName,
  proofKey,
  tarKey,
  tarsPrefix,
} from '../../../jobs/plate-archive/format/archive-keys.ts';
import { objectsDigest, type ProvenTar } from '../../../jobs/plate-archive/format/proof.ts';
import type { SealedTar } from '../../../jobs/plate-archive/format/seal.ts';
import { verifiedTags } from '../../../jobs/plate-archive/lifecycle-tags.ts';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { checkIndexTar } from './check-index-tar.ts';
import { checkSource } from './check-source.ts';
import type { Expected, TarCheck, TarReport } from './check-tar.ts';
import { Findings } from './findings.ts';
import { type MintedProof, mintProof, storedProof } from './mint-proof.ts';
import { type ReadArchive, readArchive } from './read-archive.ts';

export interface VerifyJob {
  readonly source: ObjectStore;
  readonly archive: ObjectStore;
  readonly proofs: ObjectStore;
  readonly plate: PlateName;
  /** Hex SHA-256 of the inventory: which archive of the plate. */
  readonly digest: string;
  readonly connections: number;
  readonly now: () => Date;
  /** How long a proof allows a deletion, in days. */
  readonly proofDays: number;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Reads a tar, here or in a thread. */
  readonly checkTar: (check: Omit<TarCheck, 'source' | 'archive'>) => Promise<TarReport>;
  /** Tars that are read at once. */
  readonly parallel: number;
}

export interface PlateVerdict {
  readonly findings: Findings;
  /** Only without a finding. */
  readonly proof?: MintedProof;
}

interface StoredTar {
  readonly sealed: SealedTar;
  readonly object: StoredObject;
}

/** Proves that what is stored is the source, whole and nothing else, or says what is not so. */
export async function verifyPlate(job: VerifyJob): Promise<PlateVerdict> {
  const { archive, proofs, plate, digest } = job;
  const findings = new Findings();
  const read = await readArchive(archive, plate, digest, findings);
  if (!read || findings.count > 0) return condemned(job, findings);
  const tars = await lookAtTars(job, read, findings);
  if (findings.count > 0) return condemned(job, findings);
  const reports = await readTars(job, read, tars, findings);
  await checkIndexTar(archive, await storedIndexTar(job, read, findings), read, findings, job.signal);
  if (findings.count > 0) return condemned(job, findings);
  await checkSource(job.source, read.head, read.listed, findings);
  // The archive is well; what it is an archive of is not there any more.
  if (findings.count > 0) return { findings };
  await tagAll(job, read, tars, findings);
  if (findings.count > 0) return { findings };
  const proof = mintProof(proofOf(job, read, tars, reports));
  await proofs.put(proofKey(plate, digest), storedProof(proof));
  return { findings, proof };
}

/** Findings that say nothing against the archive: the source is another by now. */
const ofTheSource = new Set(['source-looked-at', 'source-not-again']);

/** Says so where the archiver looks, so that the plate is archived anew. */
async function condemned(
  { proofs, plate, digest, now }: VerifyJob,
  findings: Findings,
): Promise<PlateVerdict> {
  if (findings.count === findings.list.length && findings.list.every(({ check }) => ofTheSource.has(check)))
    return { findings };
  const failed = { at: now().toISOString(), count: findings.count, findings: findings.list };
  await proofs.put(failureKey(plate, digest), `${JSON.stringify(failed, null, 1)}\n`);
  return { findings };
}

/** Every tar of archive.json is there, as S3 described it when it was made, and no other. */
async function lookAtTars(
  job: VerifyJob,
  { seal }: ReadArchive,
  found: Findings,
): Promise<readonly StoredTar[]> {
  const { archive, plate, digest } = job;
  const wanted = new Map(seal.tars.map((sealed, i) => [tarKey(plate, digest, i), sealed]));
  const indexTar = indexTarKey(plate, digest);
  for await (const { key } of archive.list(tarsPrefix(plate, digest)))
    found.check('tar-unknown', wanted.has(key) || key === indexTar, () => `${key} is not in archive.json`);
  const keys = [...wanted.keys()];
  const objects = await mapLimit(keys, job.connections, key => archive.look(key));
  return seal.tars.flatMap((sealed, i) => {
    const object = checkLook(keys[i]!, objects[i], sealed, found);
    return object ? [{ sealed, object }] : [];
  });
}

function checkLook(
  key: string,
  object: StoredObject | undefined,
  sealed: SealedTar,
  found: Findings,
): StoredObject | undefined {
  if (!found.check('tar-there', object !== undefined, () => `${key} is not there`)) return undefined;
  const { size, checksums } = object!;
  found.check(
    'tar-name',
    key.endsWith(`/${sealed.name}`),
    () => `${key} is called ${sealed.name} in archive.json`,
  );
  found.check(
    'tar-size',
    size === sealed.bytes,
    () => `${key} has ${size} bytes, and archive.json says ${sealed.bytes}`,
  );
  const crc32 = checksums.CRC32 && Buffer.from(checksums.CRC32, 'base64').toString('hex');
  found.check(
    'tar-crc32',
    crc32 === sealed.crc32,
    () => `${key}: S3 has the CRC-32 ${crc32 ?? '(none)'}, and archive.json ${sealed.crc32}`,
  );
  return object;
}

async function storedIndexTar(
  { archive, plate, digest }: VerifyJob,
  { seal }: ReadArchive,
  found: Findings,
): Promise<StoredObject | undefined> {
  const key = indexTarKey(plate, digest);
  return checkLook(key, await archive.look(key), seal.indexTar, found);
}

async function readTars(
  job: VerifyJob,
  { listed, indexed }: ReadArchive,
  tars: readonly StoredTar[],
  findings: Findings,
): Promise<readonly TarReport[]> {
  // When it is the tar's turn: those of all tars would be most of what a plate takes.
  const expectedOf = (tar: number): readonly Expected[] => {
    const expected: Expected[] = [];
    for (let place = 0; place < indexed.length; place++)
      if (indexed.tarAt(place) === tar)
        expected.push({ listed: listed.read(place), indexed: indexed.at(place) });
    return expected;
  };
  const reports = await mapLimit(tars, job.parallel, async ({ object }, tar) => {
    job.signal?.throwIfAborted();
    return job.checkTar({
      object,
      expected: expectedOf(tar),
      connections: job.connections,
      signal: job.signal,
      onBytes: job.onBytes,
    });
  });
  for (const report of reports) findings.add(report.findings);
  return reports;
}

/** Tags, and reads the tags back: what is not tagged would expire. */
async function tagAll(
  job: VerifyJob,
  { seal }: ReadArchive,
  tars: readonly StoredTar[],
  found: Findings,
): Promise<void> {
  const { archive, plate, digest } = job;
  const tags = verifiedTags(seal.storageClass);
  const keys = [...tars.map(({ object }) => object.key), indexTarKey(plate, digest)];
  const tagged = await mapLimit(keys, job.connections, async key => {
    await archive.tag(key, tags);
    const now = await archive.tags(key);
    return Object.entries(tags).every(([name, value]) => now[name] === value);
  });
  for (const [i, key] of keys.entries())
    found.check('tagged', tagged[i]!, () => `${key} could not be tagged as verified`);
}

function proofOf(
  { plate, digest, now, proofDays }: VerifyJob,
  { head, listed, seal, digests }: ReadArchive,
  tars: readonly StoredTar[],
  reports: readonly TarReport[],
) {
  const at = now();
  const witnesses: Record<string, number> = {};
  for (const report of reports)
    for (const [kind, count] of Object.entries(report.witnesses))
      witnesses[kind] = (witnesses[kind] ?? 0) + count;
  const proven = tars.map(
    ({ sealed, object }, i): ProvenTar => ({
      name: sealed.name,
      bytes: object.size,
      sha256: reports[i]!.sha256,
      crc32: sealed.crc32,
      etag: object.etag,
      ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
    }),
  );
  return {
    format: 'plate proof 1' as const,
    project: plate.project,
    batch: plate.batch,
    plate: plate.plate,
    bucket: head.bucket,
    inventory: digest,
    index: digests.index,
    manifest: digests.manifest,
    objectsDigest: objectsDigest(listed),
    objects: listed.length,
    bytes: head.bytes,
    tars: proven,
    witnesses,
    storageClass: seal.storageClass,
    verifiedAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + proofDays * 86_400_000).toISOString(),
  };
}
