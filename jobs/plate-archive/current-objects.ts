import { isStoreError, type ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { SourceObject } from './inventory.ts';

/** Current objects below a prefix, with their versions where the bucket has them and the role may list them. */
export async function* currentObjects(
  source: ObjectStore,
  prefix: string,
): AsyncIterable<SourceObject & { readonly storageClass: string }> {
  let any = false;
  try {
    for await (const each of source.versions(prefix)) {
      any = true;
      if (!each.isLatest || each.isDeleteMarker) continue;
      yield {
        key: each.key,
        size: each.size,
        etag: each.etag,
        modified: each.lastModified.getTime(),
        ...(each.versionId === 'null' ? {} : { versionId: each.versionId }),
        ...(each.checksumAlgorithm ? { checksum: each.checksumAlgorithm } : {}),
        storageClass: each.storageClass,
      };
    }
  } catch (error) {
    if (any || !isStoreError(error, 'AccessDenied')) throw error;
    for await (const { key, size, etag, lastModified } of source.list(prefix))
      yield { key, size, etag, modified: lastModified.getTime(), storageClass: 'STANDARD' };
  }
}
