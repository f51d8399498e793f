import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import type { LifecycleRule, LifecycleWhen } from '../disk/lifecycle-rule.ts';

const dayMs = 24 * 3600 * 1000;

/** Since September 2024 smaller objects do not move, unless the rule names a size. */
const smallest = 128 * 1024;

/** The rules that are on and whose filter an object passes. */
export function rulesFor(bucket: Bucket, meta: ObjectMeta): LifecycleRule[] {
  return (bucket.settings.get().lifecycle ?? []).filter(
    rule =>
      rule.enabled &&
      meta.key.startsWith(rule.prefix) &&
      Object.entries(rule.tags).every(([key, value]) => meta.tags?.[key] === value) &&
      (rule.largerThan === undefined || meta.size > rule.largerThan) &&
      (rule.smallerThan === undefined || meta.size < rule.smallerThan),
  );
}

/** When something is due for an object made then, in ms; undefined when the rule does not say. */
export function dueAt(when: LifecycleWhen | undefined, madeMs: number): number | undefined {
  if (when?.date !== undefined) return Date.parse(when.date);
  return when?.days === undefined ? undefined : nextMidnight(madeMs + when.days * dayMs);
}

/** The class that a version has by rules that are due, the coldest of them, and since when. */
export function classDue(
  bucket: Bucket,
  meta: ObjectMeta,
  now: number,
  transitions: (
    rule: LifecycleRule,
  ) => readonly { readonly dueMs: number | undefined; readonly storageClass: string }[],
): { readonly storageClass: string; readonly sinceMs: number } | undefined {
  const is = coldness.indexOf(meta.headers['x-amz-storage-class'] ?? 'STANDARD');
  const moves = rulesFor(bucket, meta).flatMap(rule =>
    transitions(rule).filter(each => mayMove(bucket, rule, meta, each.storageClass)),
  );
  const due = moves.flatMap(({ dueMs, storageClass }) =>
    dueMs !== undefined && dueMs <= now ? [{ storageClass, sinceMs: dueMs }] : [],
  );
  const coldest = due.toSorted(
    (a, b) => coldness.indexOf(b.storageClass) - coldness.indexOf(a.storageClass),
  )[0];
  return coldest && coldness.indexOf(coldest.storageClass) > is ? coldest : undefined;
}

/** x-amz-expiration: when the current version expires, and by which rule. */
export function expiryHeaders(bucket: Bucket, meta: ObjectMeta): Record<string, string> {
  if (!bucket.settings.get().lifecycle) return {};
  const expiries = rulesFor(bucket, meta)
    .map(rule => ({ rule, dueMs: dueAt(rule.expiration, Date.parse(meta.lastModified)) }))
    .filter(each => each.dueMs !== undefined)
    .sort((a, b) => (a.dueMs ?? 0) - (b.dueMs ?? 0));
  const first = expiries[0];
  if (first?.dueMs === undefined) return {};
  const date = new Date(first.dueMs).toUTCString();
  return { 'x-amz-expiration': `expiry-date="${date}", rule-id="${encodeURIComponent(first.rule.id)}"` };
}

const coldness = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
];

function mayMove(bucket: Bucket, rule: LifecycleRule, meta: ObjectMeta, storageClass: string): boolean {
  if (meta.size >= smallest || rule.largerThan !== undefined || rule.smallerThan !== undefined) return true;
  const varies = bucket.settings.get().smallestTransition === 'varies_by_storage_class';
  return varies && ['GLACIER', 'DEEP_ARCHIVE'].includes(storageClass);
}

/** S3 rounds what is due on a day up to the midnight (UTC) after it. */
export function nextMidnight(ms: number): number {
  return Math.ceil(ms / dayMs) * dayMs;
}
