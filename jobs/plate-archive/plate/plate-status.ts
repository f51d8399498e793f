import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import {
  deletedKey,
  failureKey,
  type PlateName,
  platePrefix,
  proofKey,
  sealKey,
  tarKey,
} from '../format/archive-keys.ts';
import { decodeProof } from '../format/proof.ts';
import { decodeSeal } from '../format/seal.ts';
import { storedJson } from '../format/stored-json.ts';
import { nameOfArchive, readHead } from '../generations.ts';
import { stateOf } from '../restore/thaw.ts';
import { PlateError } from './plate-error.ts';

export interface ArchiveStores {
  readonly archive: ObjectStore;
  readonly proofs: ObjectStore;
  readonly journals: ObjectStore;
}

/** One plate, as a table shows it. */
export interface PlateStatus {
  readonly plate: PlateName;
  /** Which of its archives; those before it are there still. */
  readonly number: number;
  readonly objects: number;
  readonly bytes: number;
  /** Undefined where the inventory is lost. */
  readonly frozenAt?: string;
  /** Hex SHA-256 of the inventory. */
  readonly digest: string;
  readonly archived: 'yes' | 'unfinished' | 'damaged';
  readonly verified: 'yes' | 'no' | 'expired' | 'failed' | 'damaged';
  readonly deleted: 'yes' | 'no';
  readonly deletedAt?: string;
  /** Whether its tars can be read now. */
  readonly restorable: 'now' | 'on request' | 'on its way' | 'no';
  readonly storageClass?: string;
  /** What of it is lost or damaged. */
  readonly problems: readonly string[];
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

/** How a plate's newest archive stands; undefined where it has none. What of it is damaged is told, and stops nobody's look at the others. */
export async function plateStatus(
  { archive, proofs, journals }: ArchiveStores,
  plate: PlateName,
  now: Date,
): Promise<PlateStatus | undefined> {
  const problems: string[] = [];
  const orDamaged = async <T>(work: () => Promise<T> | T): Promise<T | 'damaged'> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PlateError)) throw error;
      problems.push(...error.problems);
      return 'damaged';
    }
  };
  const name = await orDamaged(() => nameOfArchive(archive, plate));
  if (name === undefined) return undefined;
  if (name === 'damaged') return { plate, ...unknown, problems };
  const { digest, number } = name;
  const [sealed, proof, failed, deleted] = await Promise.all([
    archive.get(sealKey(plate, digest)),
    proofs.get(proofKey(plate, digest)),
    proofs.get(failureKey(plate, digest)),
    journals.get(deletedKey(plate, digest)),
  ]);
  const head = await orDamaged(() => readHead(archive, plate, name));
  const seal = await orDamaged(() => sealed && decodeSeal(sealed));
  const deletion = await orDamaged(
    () => deleted && storedJson<{ at: string }>(deleted, deletedKey(plate, digest)),
  );
  const verified = await orDamaged(() => verifiedOf(proof, failed, now));
  const isWhole = seal !== undefined && seal !== 'damaged';
  const { objects, bytes, frozenAt } =
    head !== 'damaged' ? head : { ...(isWhole ? seal : unknown), frozenAt: undefined };
  return {
    ...{ plate, number, objects, bytes, digest, verified },
    ...(frozenAt === undefined ? {} : { frozenAt }),
    archived:
      head === 'damaged' || seal === 'damaged' ? 'damaged' : seal === undefined ? 'unfinished' : 'yes',
    deleted: deletion === undefined ? 'no' : 'yes',
    ...(deletion && deletion !== 'damaged' ? { deletedAt: deletion.at } : {}),
    restorable: isWhole && seal.tars.length > 0 ? await restorableOf(archive, plate, digest) : 'no',
    ...(isWhole ? { storageClass: seal.storageClass } : {}),
    problems,
  };
}

const unknown = {
  ...{ number: 0, objects: 0, bytes: 0, digest: '' },
  archived: 'damaged',
  verified: 'no',
  deleted: 'no',
  restorable: 'no',
} as const;

/** Throws PlateError where one of them is damaged. */
function verifiedOf(
  proof: Buffer | undefined,
  failed: Buffer | undefined,
  now: Date,
): PlateStatus['verified'] {
  const verdict = failed && storedJson<{ at: string }>(failed, 'failed.json');
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
