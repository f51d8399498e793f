import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import {
  deletedKey,
  failureKey,
  type PlateName,
  platePrefix,
  proofKey,
  sealKey,
  tarKey,
} from './archive-keys.ts';
import { newestGeneration } from './generations.ts';
import { decodeProof } from './proof.ts';
import { stateOf } from './restore/thaw.ts';
import { decodeSeal } from './seal.ts';

export interface ArchiveStores {
  readonly archive: ObjectStore;
  readonly proofs: ObjectStore;
  readonly journals: ObjectStore;
}

/** One plate, as a table shows it. */
export interface PlateStatus {
  readonly plate: PlateName;
  readonly objects: number;
  readonly bytes: number;
  readonly frozenAt: string;
  /** Hex SHA-256 of the inventory. */
  readonly digest: string;
  readonly archived: 'yes' | 'unfinished';
  readonly verified: 'yes' | 'no' | 'expired' | 'failed';
  readonly deleted: 'yes' | 'no';
  readonly deletedAt?: string;
  /** Whether its tars can be read now. */
  readonly restorable: 'now' | 'on request' | 'on its way' | 'no';
  readonly storageClass?: string;
}

/** Plates that have an archive, below a project, a batch or all; by the names of their folders. */
export async function* archivedPlates(archive: ObjectStore, prefix: string): AsyncIterable<PlateName> {
  let after: string | undefined;
  for (;;) {
    let next: PlateName | undefined;
    for await (const { key } of archive.list(prefix, {
      limit: 1,
      ...(after === undefined ? {} : { startAfter: after }),
    })) {
      const [project = '', batch = '', plate = '', ...rest] = key.split('/');
      if (rest.length > 0) next = { project, batch, plate };
      after = key;
    }
    if (!next) return;
    yield next;
    // Past everything of the plate: `0` is the sign behind the slash.
    after = `${platePrefix(next).slice(0, -1)}0`;
  }
}

/** How a plate's newest archive stands; undefined where it has none. */
export async function plateStatus(
  { archive, proofs, journals }: ArchiveStores,
  plate: PlateName,
  now: Date,
): Promise<PlateStatus | undefined> {
  const newest = await newestGeneration(archive, plate);
  if (!newest) return undefined;
  const { head, digest } = newest.inventory;
  const [sealed, proof, failed, deleted] = await Promise.all([
    archive.get(sealKey(plate, digest)),
    proofs.get(proofKey(plate, digest)),
    proofs.get(failureKey(plate, digest)),
    journals.get(deletedKey(plate, digest)),
  ]);
  const seal = sealed && decodeSeal(sealed);
  const deletion = deleted && (JSON.parse(deleted.toString('utf8')) as { at: string });
  return {
    plate,
    objects: head.objects,
    bytes: head.bytes,
    frozenAt: head.frozenAt,
    digest,
    archived: seal ? 'yes' : 'unfinished',
    verified: verifiedOf(proof, failed, now),
    deleted: deletion ? 'yes' : 'no',
    ...(deletion ? { deletedAt: deletion.at } : {}),
    restorable: seal && seal.tars.length > 0 ? await restorableOf(archive, plate, digest) : 'no',
    ...(seal ? { storageClass: seal.storageClass } : {}),
  };
}

function verifiedOf(
  proof: Buffer | undefined,
  failed: Buffer | undefined,
  now: Date,
): PlateStatus['verified'] {
  const verdict = failed && (JSON.parse(failed.toString('utf8')) as { at: string });
  if (!proof) return verdict ? 'failed' : 'no';
  const { verifiedAt, expiresAt } = decodeProof(proof);
  if (verdict && verdict.at >= verifiedAt) return 'failed';
  return Date.parse(expiresAt) > now.getTime() ? 'yes' : 'expired';
}

/** By the first tar: all of an archive go the same way. */
async function restorableOf(
  archive: ObjectStore,
  plate: PlateName,
  digest: string,
): Promise<PlateStatus['restorable']> {
  const first = await archive.look(tarKey(plate, digest, 0));
  if (!first) return 'no';
  const state = stateOf(first);
  return state === 'readable' ? 'now' : state === 'archived' ? 'on request' : 'on its way';
}
