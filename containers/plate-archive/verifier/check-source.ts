import { isStoreError, type ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import type { Findings } from './findings.ts';
import type { ListedObject, ListHead } from './lines.ts';

interface Seen {
  readonly size: number;
  readonly etag: string;
  readonly versionId?: string;
}

/** Lists the source anew: what the inventory has must be there as it was, and nothing else. */
export async function checkSource(
  source: ObjectStore,
  head: ListHead,
  listed: readonly ListedObject[],
  found: Findings,
): Promise<void> {
  found.check(
    'source-bucket',
    head.bucket === source.bucket,
    () => `the inventory is of the bucket ${head.bucket}, and ${source.bucket} was listed`,
  );
  const now = new Map<string, Seen>();
  for (const { prefix } of head.folders)
    for await (const [key, seen] of current(source, prefix)) now.set(key, seen);
  for (const { key, size, etag, versionId } of listed) {
    const seen = now.get(key);
    now.delete(key);
    if (!found.check('source-gone', seen !== undefined, () => `s3://${source.bucket}/${key} is gone`))
      continue;
    const isSame = seen!.size === size && seen!.etag === etag;
    found.check(
      'source-changed',
      isSame,
      () => `s3://${source.bucket}/${key} has changed since the inventory was frozen`,
    );
    found.check(
      'source-version',
      versionId === undefined || seen!.versionId === undefined || seen!.versionId === versionId,
      () => `s3://${source.bucket}/${key} was written anew since the inventory was frozen`,
    );
  }
  found.check(
    'source-added',
    now.size === 0,
    () =>
      `${now.size} objects were added since the inventory was frozen, s3://${source.bucket}/${[...now.keys()][0]} first`,
  );
}

async function* current(source: ObjectStore, prefix: string): AsyncIterable<readonly [string, Seen]> {
  let any = false;
  try {
    for await (const page of source.versionPages(prefix)) {
      any = true;
      for (const { key, size, etag, versionId, isLatest, isDeleteMarker } of page)
        if (isLatest && !isDeleteMarker)
          yield [key, { size, etag, ...(versionId === 'null' ? {} : { versionId }) }];
    }
  } catch (error) {
    if (!isStoreError(error, 'AccessDenied') || any) throw error;
    for await (const { key, size, etag } of source.list(prefix)) yield [key, { size, etag }];
  }
}
