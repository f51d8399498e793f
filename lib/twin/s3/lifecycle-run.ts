import type { Bucket, ObjectMeta } from './disk/bucket.ts';
import type { LifecycleRule } from './disk/lifecycle-rule.ts';
import type { BucketSettings } from './disk/settings.ts';
import { classDue, dueAt, nextMidnight, rulesFor } from './settings/lifecycle-due.ts';
import { isLocked } from './settings/object-lock.ts';
import { tierChange } from './settings/tiering-due.ts';
import type { Uploads } from './uploads/multipart.ts';

const dayMs = 24 * 3600 * 1000;

/**
 * Does what a bucket's lifecycle rules and archive tiers have due, once a day of S3's time, before the day's first request is
 * answered: a client never sees what a rule should have taken away.
 */
export class LifecycleRun {
  private readonly uploads: Uploads;
  private readonly done = new WeakMap<Bucket, Done>();

  constructor(uploads: Uploads) {
    this.uploads = uploads;
  }

  async catchUp(bucket: Bucket): Promise<void> {
    const { lifecycle, intelligentTiering } = bucket.settings.get();
    if (!lifecycle && !intelligentTiering) return;
    const now = bucket.now();
    const day = Math.floor(now / dayMs);
    const last = this.done.get(bucket);
    if (last?.day === day && last.lifecycle === lifecycle && last.intelligentTiering === intelligentTiering)
      return last.work;
    const work = runRules(bucket, lifecycle ?? [], this.uploads, now);
    this.done.set(bucket, { day, lifecycle, intelligentTiering, work });
    work.catch(() => this.done.delete(bucket));
    return work;
  }
}

interface Done extends Pick<BucketSettings, 'lifecycle' | 'intelligentTiering'> {
  readonly day: number;
  readonly work: Promise<void>;
}

async function runRules(
  bucket: Bucket,
  rules: readonly LifecycleRule[],
  uploads: Uploads,
  now: number,
): Promise<void> {
  for (const key of [...(await bucket.keysOfVersions('', true))]) {
    await bucket.exclusively(key, async () => {
      await bucket.look(key);
      await runOldVersions(bucket, key, now);
      await runLatest(bucket, key, now);
      for (const meta of bucket.versions(key)) {
        const change = tierChange(bucket, meta, now);
        if (change) await bucket.describeAnew(meta, change);
      }
    });
  }
  await uploads.abortOld(bucket, upload =>
    rules.some(
      rule =>
        rule.enabled &&
        rule.abortDays !== undefined &&
        upload.key.startsWith(rule.prefix) &&
        nextMidnight(Date.parse(upload.initiated) + rule.abortDays * dayMs) <= now,
    ),
  );
}

async function runLatest(bucket: Bucket, key: string, now: number): Promise<void> {
  const [latest, ...older] = bucket.versions(key);
  if (!latest) return;
  const madeMs = Date.parse(latest.lastModified);
  const isDue = (dueMs: number | undefined) => dueMs !== undefined && dueMs <= now;
  const rules = rulesFor(bucket, latest);
  if (latest.deleteMarker) {
    // A marker with nothing behind it hides nothing: rules that expire objects take it away.
    const expires = rules.some(rule => rule.expiration?.markers || isDue(dueAt(rule.expiration, madeMs)));
    if (older.length === 0 && expires) await bucket.removeVersion(key, latest.versionId ?? 'null');
    return;
  }
  if (rules.some(rule => isDue(dueAt(rule.expiration, madeMs)))) {
    await bucket.remove(key);
    return;
  }
  const due = classDue(bucket, latest, now, rule =>
    rule.transitions.map(each => ({ dueMs: dueAt(each, madeMs), storageClass: each.storageClass })),
  );
  if (due) await bucket.describeAnew(latest, moved(latest, due));
}

async function runOldVersions(bucket: Bucket, key: string, now: number): Promise<void> {
  const versions = bucket.versions(key);
  for (const [index, meta] of versions.entries()) {
    if (index === 0) continue;
    // A version is not current since the one after it was made.
    const sinceMs = Date.parse(versions[index - 1]?.lastModified ?? meta.lastModified);
    const dueMs = (rule: { readonly days: number; readonly newer?: number } | undefined) =>
      rule && index - 1 >= (rule.newer ?? 0) ? nextMidnight(sinceMs + rule.days * dayMs) : undefined;
    const expires = rulesFor(bucket, meta).some(
      rule => (dueMs(rule.noncurrentExpiration) ?? Number.POSITIVE_INFINITY) <= now,
    );
    if (expires && !isLocked(meta, now)) {
      await bucket.removeVersion(key, meta.versionId ?? 'null');
      continue;
    }
    const due = classDue(bucket, meta, now, rule =>
      rule.noncurrentTransitions.map(each => ({ dueMs: dueMs(each), storageClass: each.storageClass })),
    );
    if (due && !meta.deleteMarker) await bucket.describeAnew(meta, moved(meta, due));
  }
}

function moved(
  meta: ObjectMeta,
  { storageClass, sinceMs }: { readonly storageClass: string; readonly sinceMs: number },
): { readonly [K in 'headers' | 'archiveTier' | 'accessedAt' | 'restore']: ObjectMeta[K] | undefined } {
  return {
    headers: { ...meta.headers, 'x-amz-storage-class': storageClass },
    archiveTier: undefined,
    restore: undefined,
    // Intelligent-Tiering counts from the day that an object came to it.
    accessedAt: storageClass === 'INTELLIGENT_TIERING' ? new Date(sinceMs).toISOString() : undefined,
  };
}
