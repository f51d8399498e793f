import { storedVersions } from '../../../jobs/plate-archive/deletion/stored-versions.ts';
import { type PlateName, platePrefix } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import {
  isStoreError,
  type ObjectStore,
  type ObjectVersion,
} from '../../../lib/contract/ports/object-store.ts';
import { eachToItsEnd } from '../../../lib/contract/run/map-limit.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';

export interface DestroyJob {
  readonly archive: ObjectStore;
  readonly proofs: ObjectStore;
  readonly records: ObjectStore;
  readonly plate: PlateName;
  readonly reason: string;
  readonly now: () => Date;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Requests under way at once. */
  readonly parallel: number;
}

export interface Destruction {
  readonly versions: number;
  readonly bytes: number;
}

/**
 * Destroys all versions of all archives of a plate, its proofs first, so that nothing can be deleted behind them any more.
 * What is destroyed, when and why is written down before, and what became of it after; both stay. Goes on after an
 * interruption. Throws PlateError where something cannot be destroyed, as what Object Lock holds in COMPLIANCE mode.
 */
export async function destroyPlate(job: DestroyJob): Promise<Destruction> {
  const { plate, records, reason, now } = job;
  const found = [
    ...(await storedVersions(job.proofs, plate)).map(version => ({ store: job.proofs, version })),
    ...(await storedVersions(job.archive, plate)).map(version => ({ store: job.archive, version })),
  ];
  if (found.length === 0) throw new PlateError([`nothing is stored of ${plate.plate}`]);
  const bytes = found.reduce((sum, { version }) => sum + version.size, 0);
  const begun = now().toISOString();
  const versions = found.map(({ version: { key, versionId, size, isDeleteMarker } }) => ({
    key,
    versionId,
    size,
    ...(isDeleteMarker ? { isDeleteMarker } : {}),
  }));
  const recordAt = (what: string): string => `${platePrefix(plate)}${begun}.${what}.json`;
  await records.put(recordAt('begun'), line({ ...plate, reason, at: begun, bytes, versions }));
  const refused: string[] = [];
  let gone = 0;
  await eachToItsEnd(found, job.parallel, async ({ store, version }) => {
    job.signal?.throwIfAborted();
    const why = await destroy(store, version);
    if (why === undefined) gone++;
    else refused.push(`${version.key} (${version.versionId}): ${why}`);
  });
  const left = [...(await storedVersions(job.proofs, plate)), ...(await storedVersions(job.archive, plate))]
    .length;
  await records.put(recordAt('ended'), line({ at: now().toISOString(), destroyed: gone, left, refused }));
  job.log(`${plate.plate}: ${counted(gone, 'version')} destroyed, ${left} left`);
  if (left > 0)
    throw new PlateError([
      `${counted(left, { one: 'version is', many: 'versions are' })} left of ${plate.plate}, ${refused[0] ?? 'written meanwhile'}: do the same again, or wait until Object Lock lets them go`,
    ]);
  return { versions: gone, bytes };
}

const line = (record: unknown): string => `${JSON.stringify(record)}\n`;

/** Why it could not be destroyed; undefined where it is gone. */
async function destroy(store: ObjectStore, { key, versionId }: ObjectVersion): Promise<string | undefined> {
  try {
    await store.deleteVersion(key, versionId, { bypassGovernance: true });
    return undefined;
  } catch (error) {
    if (isStoreError(error, 'NoSuchVersion', 'NoSuchKey')) return undefined;
    if (isStoreError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}
