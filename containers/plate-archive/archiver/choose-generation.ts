import { failureKey, proofKey, sealKey } from '../../../jobs/plate-archive/format/archive-keys.ts';
import type { Inventory, SourceObject } from '../../../jobs/plate-archive/format/inventory.ts';
import { decodeSeal, type Seal } from '../../../jobs/plate-archive/format/seal.ts';
import {
  type Generation,
  nameOfArchive,
  nextGeneration,
  readGeneration,
} from '../../../jobs/plate-archive/generations.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { type Frozen, freeze, listFolder } from './freeze.ts';
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
  const now = (await Promise.all(head.folders.map(({ prefix }) => listFolder(job.source, prefix)))).flat();
  const others = differing(newest.inventory, now);
  if (seal) {
    // Objects that are gone were deleted behind the archive, or by somebody: the archive holds them.
    // What was given back has another version, and the content that the archive holds.
    const known = new Set(newest.inventory.objects.map(({ key, etag, size }) => `${etag} ${size} ${key}`));
    if (others.every(({ key, etag, size }) => known.has(`${etag} ${size} ${key}`)))
      return { generation: newest, seal: decodeSeal(seal) };
    // Nobody deletes behind what nobody has proven: where it holds nothing that the source has lost, it is no more than a leftover.
    if (!(await proofs.head(proofKey(plate, digest))) && holdsAll(now, newest.inventory)) {
      job.log(
        `the source changed since the archive of ${head.frozenAt}, which nobody has proven: it is archived anew`,
      );
      return begin(job, newest.number + 1, await frozen(job));
    }
    throw new PlateError([
      `${plate.plate} was archived as of ${head.frozenAt}, and ${others.length} objects came or changed since, s3://${job.source.bucket}/${others[0]!.key} first: --again archives it anew`,
    ]);
  }
  if (others.length === 0 && now.length === head.objects) return { generation: newest };
  // It was whole once and has lost its seal: objects that are gone were deleted behind it, and its tars are there.
  if (await proofs.head(proofKey(plate, digest))) return { generation: newest };
  job.log(`the source changed since the inventory of ${head.frozenAt}: a new one is frozen`);
  return begin(job, newest.number + 1, await frozen(job));
}

const frozen = (job: PlateJob): Promise<Frozen> =>
  freeze(job.source, job.plate, job.rules, { tarBytes: job.tarBytes, now: job.now() });

async function begin(job: PlateJob, number: number, { bytes }: Frozen): Promise<GenerationChoice> {
  const generation = await nextGeneration(job.archive, job.plate, number, bytes);
  await job.checkpoint?.write(generation.inventory.digest);
  return { generation };
}

/** Whether all keys of the inventory are in the listing still, in some version. */
function holdsAll(now: readonly SourceObject[], { objects }: Inventory): boolean {
  const keys = new Set(now.map(({ key }) => key));
  return objects.every(({ key }) => keys.has(key));
}

/** Objects of the listing that the inventory has not, or has otherwise. */
export function differing(inventory: Inventory, now: readonly SourceObject[]): readonly SourceObject[] {
  const known = new Map(inventory.objects.map(object => [object.key, object]));
  return now.filter(object => {
    const was = known.get(object.key);
    return was?.etag !== object.etag || was.size !== object.size || was.versionId !== object.versionId;
  });
}
