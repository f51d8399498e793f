import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { currentObjects } from '../current-objects.ts';
import { deletedKey, type PlateName } from '../format/archive-keys.ts';
import type { Inventory } from '../format/inventory.ts';
import { storedJson } from '../format/stored-json.ts';
import { type PlateMap, plateMap } from './plate-map.ts';

/** How the plate's wells are now: at the source, deleted behind the archive, or given back after that. */
export async function plateNow(
  source: ObjectStore,
  journals: ObjectStore,
  plate: PlateName,
  { head, objects, digest }: Inventory,
): Promise<PlateMap> {
  const note = await journals.get(deletedKey(plate, digest));
  const deletedAt = note && Date.parse(storedJson<{ at: string }>(note, deletedKey(plate, digest)).at);
  const archived = new Map(objects.map(object => [object.key, object]));
  const present = new Set<string>();
  const restored = new Set<string>();
  for (const { prefix } of head.folders)
    for await (const page of currentObjects(source, prefix))
      for (const { key, size, etag, modified } of page) {
        const was = archived.get(key);
        // S3 says whole seconds.
        const isBack = deletedAt !== undefined && modified >= Math.floor(deletedAt / 1000) * 1000;
        // What is given back by parts has another ETag. Anything else under the key is not what was archived.
        if (was?.size !== size || (was.etag !== etag && !isBack)) continue;
        present.add(key);
        if (isBack) restored.add(key);
      }
  return plateMap(
    archived.keys(),
    key => present.has(key),
    key => restored.has(key),
  );
}
