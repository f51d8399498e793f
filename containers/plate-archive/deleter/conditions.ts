import type { SourceObject } from '../../../jobs/plate-archive/format/inventory.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';

/** How deletions have to be asked for so that their conditions count. */
export interface Conditions {
  readonly oneByOne: boolean;
  /** Keys that were deleted in finding out. */
  readonly spent: ReadonlySet<string>;
}

/** No object has it: an MD5 of zeros. */
const nobodysEtag = `"${'0'.repeat(32)}"`;

/**
 * Asks for the deletion of an object under an ETag that it has not. Servers of S3's API are met that pass over the condition,
 * all or in DeleteObjects alone, and say "deleted": a change that comes between our look and our deletion would be lost there.
 * What such a server deletes here is proven to be in the archive, and was going to be deleted. Throws PlateError where no way
 * keeps conditions.
 */
export async function howConditionsHold(
  source: Pick<ObjectStore, 'bucket' | 'deleteMany'>,
  objects: readonly SourceObject[],
  log: (line: string) => void,
): Promise<Conditions> {
  const spent = new Set<string>();
  let left = objects;
  for (const oneByOne of [false, true]) {
    const [object, ...others] = left;
    if (!object) return { oneByOne, spent };
    const [answer] = await source.deleteMany([{ key: object.key, etag: nobodysEtag }], { oneByOne });
    // Errors are the deletion's to tell, which meets them again.
    if (answer?.outcome !== 'deleted') return { oneByOne, spent };
    spent.add(object.key);
    left = others;
    log(
      `s3://${source.bucket} passes over the ETags of ${oneByOne ? 'DeleteObject' : 'DeleteObjects: keys go one by one'}`,
    );
  }
  throw new PlateError([
    `s3://${source.bucket} deletes whatever ETag is named, so nothing more is deleted; ${counted(spent.size, { one: 'object was', many: 'objects were' })}, and are in the archive: ${[...spent].join(', ')}`,
  ]);
}
