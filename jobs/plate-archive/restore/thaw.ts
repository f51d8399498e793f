import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import type { IndexEntry } from '../archive-index.ts';
import { type PlateName, tarKey } from '../archive-keys.ts';
import { PlateError } from '../plate-error.ts';
import type { Seal } from '../seal.ts';

/** A tar that a restore needs. */
export interface NeededTar {
  readonly number: number;
  readonly object: StoredObject;
  readonly state: 'readable' | 'archived' | 'on-its-way';
}

/** The tars that hold the entries, as they are now. Throws PlateError where one is not the one that was sealed. */
export async function neededTars(
  archive: ObjectStore,
  plate: PlateName,
  seal: Seal,
  entries: readonly IndexEntry[],
): Promise<readonly NeededTar[]> {
  const numbers = [...new Set(entries.flatMap(({ tar }) => (tar === undefined ? [] : [tar])))].sort(
    (a, b) => a - b,
  );
  return Promise.all(
    numbers.map(async number => {
      const key = tarKey(plate, seal.inventory, number);
      const object = await archive.look(key);
      const sealed = seal.tars[number];
      const crc32 = object?.checksums.CRC32 && Buffer.from(object.checksums.CRC32, 'base64').toString('hex');
      if (!object) throw new PlateError([`${key} is not there`]);
      if (object.size !== sealed?.bytes || crc32 !== sealed.crc32)
        throw new PlateError([`${key} is not the tar that was sealed: its size or CRC-32 is another`]);
      return { number, object, state: stateOf(object) };
    }),
  );
}

export function stateOf({ storageClass, restore, archiveStatus }: StoredObject): NeededTar['state'] {
  if (restore?.ongoing) return 'on-its-way';
  const isArchived =
    archiveStatus !== undefined || storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
  return isArchived && !restore ? 'archived' : 'readable';
}

/** Asks for copies of the archived ones. Intelligent-Tiering takes no days: what it gives back stays. */
export async function request(
  archive: ObjectStore,
  tars: readonly NeededTar[],
  { tier, days }: { readonly tier: 'Bulk' | 'Standard' | 'Expedited'; readonly days: number },
): Promise<number> {
  const wanted = tars.filter(({ state }) => state === 'archived');
  for (const { object } of wanted)
    await archive.restore(object.key, { tier, ...(object.archiveStatus === undefined ? { days } : {}) });
  return wanted.length;
}
