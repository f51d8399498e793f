import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { currentObjects } from '../current-objects.ts';
import { deletedKey, type PlateName } from '../format/archive-keys.ts';
import { placeFinder } from '../format/find-place.ts';
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
  const placeOf = placeFinder(objects);
  const [present, restored] = [new Uint8Array(objects.length), new Uint8Array(objects.length)];
  for (const { prefix } of head.folders)
    for await (const page of currentObjects(source, prefix))
      for (const { key, size, etag, modified } of page) {
        const place = placeOf(key);
        const was = objects.at(place);
        // S3 says whole seconds.
        const isBack = deletedAt !== undefined && modified >= Math.floor(deletedAt / 1000) * 1000;
        // What is given back by parts has another ETag. Anything else under the key is not what was archived.
        if (was?.size !== size || (was.etag !== etag && !isBack)) continue;
        present[place] = 1;
        if (isBack) restored[place] = 1;
      }
  const noted = (marks: Uint8Array): ((key: string) => boolean) => {
    const find = placeFinder(objects);
    return key => marks[find(key)] === 1;
  };
  return plateMap(keysOf(objects), noted(present), noted(restored));
}

function* keysOf(objects: Inventory['objects']): Iterable<string> {
  for (const { key } of objects) yield key;
}
