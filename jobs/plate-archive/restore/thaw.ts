import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import type { IndexEntry } from '../format/archive-index.ts';
import { type PlateName, tarKey } from '../format/archive-keys.ts';
import { PlateError } from '../plate/plate-error.ts';
import { checkTier, type ThawRequest } from './cold.ts';

/** A tar that a restore needs. */
export interface NeededTar {
  readonly number: number;
  readonly object: StoredObject;
  readonly state: 'readable' | 'archived' | 'on-its-way';
}

/** Of a seal or a proof: what makes a stored tar the one that is meant. */
interface KnownTars {
  readonly inventory: string;
  readonly tars: readonly { readonly bytes: number; readonly crc32: string }[];
}

/** The tars that hold the entries, as they are now. Throws PlateError where one is not the one that was sealed. */
export async function neededTars(
  archive: ObjectStore,
  plate: PlateName,
  known: KnownTars,
  entries: readonly Pick<IndexEntry, 'tar'>[],
): Promise<readonly NeededTar[]> {
  const numbers = [...new Set(entries.flatMap(({ tar }) => (tar === undefined ? [] : [tar])))].sort(
    (a, b) => a - b,
  );
  return Promise.all(
    numbers.map(async number => {
      const object = await sealedTar(archive, tarKey(plate, known.inventory, number), known.tars[number]);
      return { number, object, state: stateOf(object) };
    }),
  );
}

async function sealedTar(
  archive: ObjectStore,
  key: string,
  sealed: KnownTars['tars'][number] | undefined,
): Promise<StoredObject> {
  const isSealed = (object: StoredObject | undefined): object is StoredObject =>
    object?.size === sealed?.bytes &&
    object?.checksums.CRC32 !== undefined &&
    Buffer.from(object.checksums.CRC32, 'base64').toString('hex') === sealed?.crc32;
  const now = await archive.look(key);
  if (isSealed(now)) return now;
  // It was written over or deleted by somebody: a bucket that keeps versions has the sealed one below.
  for await (const version of archive.versions(key)) {
    if (version.key !== key || version.isDeleteMarker || version.size !== sealed?.bytes) continue;
    const older = await archive.look(key, { versionId: version.versionId });
    if (isSealed(older)) return older;
  }
  throw new PlateError([
    now
      ? `${key} is not the tar that was sealed: its size or CRC-32 is another, and no version of it is that one`
      : `${key} is not there`,
  ]);
}

export function stateOf({ storageClass, restore, archiveStatus }: StoredObject): NeededTar['state'] {
  if (restore?.ongoing) return 'on-its-way';
  const isArchived =
    archiveStatus !== undefined || storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
  return isArchived && !restore ? 'archived' : 'readable';
}

/** Asks for copies of the archived ones. Intelligent-Tiering takes no days: what it gives back stays. Throws LabError for a tier that one has not. */
export async function request(
  archive: ObjectStore,
  tars: readonly NeededTar[],
  { tier, days }: ThawRequest,
): Promise<number> {
  const wanted = tars.filter(({ state }) => state === 'archived');
  checkTier(
    wanted.map(({ object }) => object),
    tier,
  );
  for (const { object } of wanted)
    await archive.restore(object.key, {
      tier,
      ...(object.archiveStatus === undefined ? { days } : {}),
      ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
    });
  return wanted.length;
}
