import {
  isStoreError,
  type ObjectStore,
  type ObjectVersion,
} from '../../../lib/contract/ports/object-store.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Findings } from './findings.ts';
import { type LineTable, type ListedObject, type ListHead, lookUp } from './lines.ts';

/** Lists the source anew: what the inventory has must be there as it was, and nothing else. */
export async function checkSource(
  source: ObjectStore,
  head: ListHead,
  listed: LineTable<ListedObject>,
  found: Findings,
): Promise<void> {
  found.check(
    'source-bucket',
    head.bucket === source.bucket,
    () => `the inventory is of the bucket ${head.bucket}, and ${source.bucket} was listed`,
  );
  const placeOf = lookUp(listed);
  const isThere = new Uint8Array(listed.length);
  let added = 0;
  let firstAdded = '';
  for (const { prefix } of head.folders)
    for await (const page of current(source, prefix))
      for (const seen of page) {
        const place = placeOf(seen.key);
        if (place === undefined) {
          if (added++ === 0) firstAdded = seen.key;
          continue;
        }
        isThere[place] = 1;
        compare(source, listed.read(place), seen, found);
      }
  for (let place = 0; place < listed.length; place++)
    found.check(
      'source-gone',
      isThere[place] === 1,
      () => `s3://${source.bucket}/${listed.read(place).key} is gone`,
    );
  found.check(
    'source-added',
    added === 0,
    () =>
      `${counted(added, { one: 'object was', many: 'objects were' })} added since the inventory was frozen, s3://${source.bucket}/${firstAdded} first`,
  );
}

type Seen = Pick<ObjectVersion, 'key' | 'size' | 'etag'> & { readonly versionId?: string };

function compare(
  { bucket }: ObjectStore,
  { key, size, etag, versionId }: ListedObject,
  seen: Seen,
  found: Findings,
): void {
  found.check(
    'source-changed',
    seen.size === size && seen.etag === etag,
    () => `s3://${bucket}/${key} has changed since the inventory was frozen`,
  );
  found.check(
    'source-version',
    versionId === undefined ||
      seen.versionId === undefined ||
      seen.versionId === 'null' ||
      seen.versionId === versionId,
    () => `s3://${bucket}/${key} was written anew since the inventory was frozen`,
  );
}

/** What is current, in pages: nothing of them is kept. */
async function* current(source: ObjectStore, prefix: string): AsyncIterable<readonly Seen[]> {
  let any = false;
  try {
    for await (const page of source.versionPages(prefix)) {
      any = true;
      yield page.filter(({ isLatest, isDeleteMarker }) => isLatest && !isDeleteMarker);
    }
  } catch (error) {
    if (!isStoreError(error, 'AccessDenied') || any) throw error;
    for await (const { key, size, etag } of source.list(prefix)) yield [{ key, size, etag }];
  }
}
