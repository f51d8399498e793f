import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import { versionIdOf } from '../disk/object-meta.ts';
import { type ArchiveTier, archiveTiers } from '../disk/tiering.ts';
import { nextMidnight } from './lifecycle-due.ts';

const dayMs = 24 * 3600 * 1000;

/** S3 does not watch smaller objects: they stay where they can be read. */
const smallest = 128 * 1024;

const isTiered = (meta: ObjectMeta): boolean => meta.headers['x-amz-storage-class'] === 'INTELLIGENT_TIERING';

/** The archive tier that an object is in now; it left it when a restore became ready. */
export function archiveTierOf(meta: ObjectMeta, now: number): ArchiveTier | undefined {
  return meta.restore && now >= Date.parse(meta.restore.readyAt) ? undefined : meta.archiveTier;
}

/** What of an object of Intelligent-Tiering has changed by itself: it came back, it moved to a colder tier. Undefined for nothing. */
export function tierChange(
  bucket: Bucket,
  meta: ObjectMeta,
  now: number,
): { readonly [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined } | undefined {
  if (!isTiered(meta)) return undefined;
  const isBack = meta.archiveTier !== undefined && archiveTierOf(meta, now) === undefined;
  // One that is being restored is in use.
  if (meta.restore && !isBack) return undefined;
  const accessedAt = isBack ? meta.restore!.readyAt : (meta.accessedAt ?? meta.lastModified);
  const is = isBack ? undefined : meta.archiveTier;
  const due = tierDue(bucket, meta, Date.parse(accessedAt), now);
  const archiveTier = rank(due) > rank(is) ? due : is;
  if (!isBack && archiveTier === is) return undefined;
  return { archiveTier, accessedAt, restore: undefined };
}

/** The coldest tier for which it has been without access for long enough. */
function tierDue(bucket: Bucket, meta: ObjectMeta, sinceMs: number, now: number): ArchiveTier | undefined {
  if (meta.size < smallest) return undefined;
  const due = (bucket.settings.get().intelligentTiering ?? [])
    .filter(
      each =>
        each.enabled &&
        meta.key.startsWith(each.prefix) &&
        Object.entries(each.tags).every(([key, value]) => meta.tags?.[key] === value),
    )
    .flatMap(each => each.tierings.filter(({ days }) => nextMidnight(sinceMs + days * dayMs) <= now))
    .map(({ accessTier }) => accessTier);
  return archiveTiers.findLast(tier => due.includes(tier));
}

const rank = (tier: ArchiveTier | undefined): number =>
  tier === undefined ? -1 : archiveTiers.indexOf(tier);

/**
 * Notes that an object was read, once a day: so long it is not moved. HEAD, tags and listings are no access (S3's guide, "How S3
 * Intelligent-Tiering works"). Not inside `exclusively`.
 */
export async function noteAccess(bucket: Bucket, read: ObjectMeta): Promise<void> {
  const { intelligentTiering } = bucket.settings.get();
  if (!intelligentTiering || !isTiered(read)) return;
  const now = bucket.now();
  const isToday = (at: string): boolean => Math.floor(Date.parse(at) / dayMs) >= Math.floor(now / dayMs);
  if (isToday(read.accessedAt ?? read.lastModified)) return;
  await bucket.exclusively(read.key, async () => {
    const meta = await bucket.lookVersion(read.key, versionIdOf(read));
    const isSame = meta?.etag === read.etag && !meta.deleteMarker && !isToday(meta.accessedAt ?? '');
    if (isSame) await bucket.describeAnew(meta, { accessedAt: new Date(now).toISOString() });
  });
}
