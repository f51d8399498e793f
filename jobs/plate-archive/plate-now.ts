import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { deletedKey, type PlateName } from './archive-keys.ts';
import { currentObjects } from './current-objects.ts';
import type { Inventory } from './inventory.ts';
import { type PlateMap, plateMap } from './plate-map.ts';
import { storedJson } from './stored-json.ts';

/** How the plate's wells are now: at the source, deleted behind the archive, or given back after that. */
export async function plateNow(
  source: ObjectStore,
  journals: ObjectStore,
  plate: PlateName,
  { head, objects, digest }: Inventory,
): Promise<PlateMap> {
  const note = await journals.get(deletedKey(plate, digest));
  const deletedAt = note && Date.parse(storedJson<{ at: string }>(note, deletedKey(plate, digest)).at);
  const present = new Map<string, number>();
  for (const { prefix } of head.folders)
    for await (const page of currentObjects(source, prefix))
      for (const { key, modified } of page) present.set(key, modified);
  return plateMap(
    objects.map(({ key }) => key),
    key => present.has(key),
    // S3 says whole seconds.
    key => deletedAt !== undefined && (present.get(key) ?? 0) >= Math.floor(deletedAt / 1000) * 1000,
  );
}
