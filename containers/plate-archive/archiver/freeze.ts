import { currentObjects, isArchived } from '../../../jobs/plate-archive/current-objects.ts';
import {
  encodeInventory,
  type InventoryHead,
  type SourceFolder,
  type SourceObject,
  sortObjects,
} from '../../../jobs/plate-archive/format/inventory.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { type FolderRule, type Plate, prefixOf } from '../../../jobs/plate-archive/plate/plate-folders.ts';
import { stateOf } from '../../../jobs/plate-archive/restore/thaw.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';

export interface Frozen {
  readonly bytes: Buffer;
  readonly objects: readonly SourceObject[];
}

/** Lists a plate's folders and makes the inventory that everything afterwards goes by. Throws PlateError. */
export async function freeze(
  source: ObjectStore,
  plate: Plate,
  rules: readonly FolderRule[],
  { tarBytes, now }: { readonly tarBytes: number; readonly now: Date },
): Promise<Frozen> {
  const listed = await Promise.all(rules.map(rule => listFolder(source, prefixOf(rule, plate))));
  const folders = rules.map(
    (rule, i): SourceFolder => ({
      name: rule.name,
      prefix: prefixOf(rule, plate),
      objects: listed[i]!.length,
      bytes: listed[i]!.reduce((sum, { size }) => sum + size, 0),
    }),
  );
  const missing = folders.filter((folder, i) => rules[i]!.required && folder.objects === 0);
  if (missing.length > 0)
    throw new PlateError(
      missing.map(
        ({ name, prefix }) =>
          `there are no ${name} of ${plate.plate}: nothing lies below s3://${source.bucket}/${prefix}`,
      ),
    );
  const objects = sortObjects(listed.flat());
  const head: InventoryHead = {
    format: 'plate inventory 1',
    project: plate.project,
    batch: plate.batch,
    plate: plate.plate,
    plateFull: plate.plateFull,
    labels: plate.labels,
    bucket: source.bucket,
    frozenAt: now.toISOString(),
    tarBytes,
    folders,
    objects: objects.length,
    bytes: folders.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return { bytes: encodeInventory(head, objects), objects };
}

/** A folder's objects, all of which can be read. */
export async function listFolder(source: ObjectStore, prefix: string): Promise<readonly SourceObject[]> {
  const objects: SourceObject[] = [];
  const cold: string[] = [];
  for await (const page of currentObjects(source, prefix))
    for (const object of page) {
      if (isArchived(object)) cold.push(object.key);
      objects.push(object);
    }
  if (cold.length > 0 && !(await areReadable(source, cold)))
    throw new PlateError([
      `${cold.length} of the objects of s3://${source.bucket}/${prefix} cannot be read, for they are in an archive class already, s3://${source.bucket}/${cold[0]} first: restore them, or leave their folder out`,
    ]);
  return objects;
}

/** A copy that was asked for can be read, and listings do not say so. Looks until one cannot. */
async function areReadable(source: ObjectStore, keys: readonly string[]): Promise<boolean> {
  const atOnce = 16;
  for (let i = 0; i < keys.length; i += atOnce) {
    const found = await Promise.all(keys.slice(i, i + atOnce).map(key => source.look(key)));
    if (found.some(each => each !== undefined && stateOf(each) !== 'readable')) return false;
  }
  return true;
}
