import { failureKey, proofKey, sealKey } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { placeFinder } from '../../../jobs/plate-archive/format/find-place.ts';
import type { Inventory } from '../../../jobs/plate-archive/format/inventory.ts';
import { decodeSeal, type Seal } from '../../../jobs/plate-archive/format/seal.ts';
import {
  type Generation,
  nameOfArchive,
  nextGeneration,
  readGeneration,
} from '../../../jobs/plate-archive/generations.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { freeze, readableObjects } from './freeze.ts';
import type { PlateJob } from './plate-job.ts';

export interface GenerationChoice {
  readonly generation: Generation;
  /** There when the archive is whole. */
  readonly seal?: Seal;
}

/**
 * Which archive of the plate to go on with: the newest where it is whole and holds all that the source has, or is half made
 * and the source is still what its inventory says; else a new one. What the verifier condemned is never gone on with.
 */
export async function chooseGeneration(job: PlateJob): Promise<GenerationChoice> {
  const { archive, proofs, plate } = job;
  const name = await nameOfArchive(archive, plate);
  if (!name) return begin(job, 1, await frozen(job));
  const { digest } = name;
  if (await proofs.head(failureKey(plate, digest))) return begin(job, name.number + 1, await frozen(job));
  const newest = await readGeneration(archive, plate, name).catch((error: unknown) => {
    if (!(error instanceof PlateError)) throw error;
    job.log(`archive ${name.number} cannot be gone on with: ${error.message}`);
    return undefined;
  });
  if (!newest) return begin(job, name.number + 1, await frozen(job));
  const { head } = newest.inventory;
  const seal = await archive.get(sealKey(plate, digest));
  const isOurs = (await job.checkpoint?.read()) === digest;
  if (seal && job.again && !isOurs) return begin(job, newest.number + 1, await frozen(job));
  const now = await sourceNow(job.source, newest.inventory);
  if (seal) {
    // Objects that are gone were deleted behind the archive, or by somebody: the archive holds them.
    // What was given back has another version, and the content that the archive holds.
    if (now.strangers === 0) return { generation: newest, seal: decodeSeal(seal) };
    // Nobody deletes behind what nobody has proven: where it holds nothing that the source has lost, it is no more than a leftover.
    if (!(await proofs.head(proofKey(plate, digest))) && now.gone === 0) {
      job.log(
        `the source changed since the archive of ${head.frozenAt}, which nobody has proven: it is archived anew`,
      );
      return begin(job, newest.number + 1, await frozen(job));
    }
    throw new PlateError([
      `${plate.plate} was archived as of ${head.frozenAt}, and ${counted(now.others, 'object')} came or changed since, s3://${job.source.bucket}/${now.firstOther} first: --again archives it anew`,
    ]);
  }
  if (now.others === 0 && now.gone === 0) return { generation: newest };
  // It was whole once and has lost its seal: objects that are gone were deleted behind it, and its tars are there.
  if (await proofs.head(proofKey(plate, digest))) return { generation: newest };
  job.log(`the source changed since the inventory of ${head.frozenAt}: a new one is frozen`);
  return begin(job, newest.number + 1, await frozen(job));
}

const frozen = (job: PlateJob): Promise<Buffer> =>
  freeze(job.source, job.plate, job.rules, {
    tarBytes: job.tarBytes,
    now: job.now(),
    onListed: job.onListed,
  });

async function begin(job: PlateJob, number: number, inventory: Buffer): Promise<GenerationChoice> {
  const generation = await nextGeneration(job.archive, job.plate, number, inventory);
  await job.checkpoint?.write(generation.inventory.digest);
  return { generation };
}

/** A listing compared with the inventory that it was once. */
interface SourceNow {
  /** Objects of the listing that the inventory has not, or has otherwise. */
  readonly others: number;
  readonly firstOther: string;
  /** Of these, what has another content than the archive. */
  readonly strangers: number;
  /** Objects of the inventory that the listing has in no version. */
  readonly gone: number;
}

async function sourceNow(source: ObjectStore, { head, objects }: Inventory): Promise<SourceNow> {
  const placeOf = placeFinder(objects);
  const isThere = new Uint8Array(objects.length);
  let [others, strangers, firstOther] = [0, 0, ''];
  for (const { prefix } of head.folders)
    for await (const page of readableObjects(source, prefix))
      for (const { key, etag, size, versionId } of page) {
        const place = placeOf(key);
        const was = objects.at(place);
        if (was) isThere[place] = 1;
        const isSame = was?.etag === etag && was.size === size;
        if (!isSame) strangers++;
        if (isSame && was.versionId === versionId) continue;
        if (others++ === 0) firstOther = key;
      }
  return { others, strangers, firstOther, gone: isThere.reduce((left, each) => left - each, objects.length) };
}
