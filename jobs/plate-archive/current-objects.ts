import { isStoreError, type ObjectStore, type ObjectVersion } from '../../lib/contract/ports/object-store.ts';
import { placeFinder } from './format/find-place.ts';
import type { Inventory, SourceObject } from './format/inventory.ts';

export type CurrentObject = SourceObject & { readonly storageClass: string };

/** Of a class whose objects cannot be read as they are. */
export const isArchived = ({ storageClass }: CurrentObject): boolean =>
  storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';

/**
 * Current objects below a prefix, with their versions where the bucket has them and the role may list them; in pages as S3
 * gives them.
 */
export async function* currentObjects(
  source: ObjectStore,
  prefix: string,
): AsyncIterable<readonly CurrentObject[]> {
  let any = false;
  try {
    for await (const page of source.versionPages(prefix)) {
      any = true;
      const objects: CurrentObject[] = [];
      for (const version of page)
        if (version.isLatest && !version.isDeleteMarker) objects.push(currentOf(version));
      yield objects;
    }
  } catch (error) {
    if (any || !isStoreError(error, 'AccessDenied')) throw error;
    for await (const { key, size, etag, lastModified } of source.list(prefix))
      yield [{ key, size, etag, modified: lastModified.getTime(), storageClass: 'STANDARD' }];
  }
}

/** How many of an inventory's keys are at the source no more, in any version. */
export async function goneFrom(source: ObjectStore, { head, objects }: Inventory): Promise<number> {
  const placeOf = placeFinder(objects);
  const isThere = new Uint8Array(objects.length);
  for (const { prefix } of head.folders)
    for await (const page of currentObjects(source, prefix))
      for (const { key } of page) {
        const place = placeOf(key);
        if (place >= 0) isThere[place] = 1;
      }
  return isThere.reduce((left, each) => left - each, objects.length);
}

/** A literal for each: copies with one field more take longer than the listing's text does to read. */
function currentOf(version: ObjectVersion): CurrentObject {
  const { key, size, etag, lastModified, versionId, storageClass, checksumAlgorithm: checksum } = version;
  const modified = lastModified.getTime();
  if (versionId === 'null')
    return checksum
      ? { key, size, etag, modified, storageClass, checksum }
      : { key, size, etag, modified, storageClass };
  return checksum
    ? { key, size, etag, modified, storageClass, versionId, checksum }
    : { key, size, etag, modified, storageClass, versionId };
}
