import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import type { Restore } from '../disk/object-meta.ts';
import { nextMidnight } from '../settings/lifecycle-due.ts';
import { changeVersion } from '../settings/tags.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { textsOf } from '../wire/xml.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The longest that S3 says a tier usually takes, fastest tier first (its guide, "Archive retrieval options"). */
const tiers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  GLACIER: { Expedited: 5 * minuteMs, Standard: 5 * hourMs, Bulk: 12 * hourMs },
  DEEP_ARCHIVE: { Standard: 12 * hourMs, Bulk: 48 * hourMs },
};

/** RestoreObject: a copy for some days, there when the tier's time has passed. 202 when it starts, 200 when it is extended. */
export async function restoreObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const xml = await readXml(request);
  const days = Number(textsOf(xml, 'Days')[0]);
  if (/<Type>/.test(xml)) throw s3Errors.notImplemented('Type of RestoreRequest');
  if (!Number.isInteger(days) || days < 1) throw s3Errors.malformedXml();
  const tier = textsOf(xml, 'Tier')[0] ?? 'Standard';
  let status = 202;
  await changeVersion(bucket, key, request, response, found => {
    const times = tiers[classOf(found)];
    if (!times) throw invalidState("Restore is not allowed for the object's current storage class", found);
    const takesMs = times[tier];
    if (takesMs === undefined) {
      throw s3Errors.invalidRequest('Retrieval option is not supported by this storage class');
    }
    const now = bucket.now();
    const state = restoreState(found, now);
    const before = found.restore;
    if (state === 'ongoing' && before) {
      const isFaster = takesMs < (times[before.tier] ?? 0);
      if (!isFaster)
        throw new AwsError('RestoreAlreadyInProgress', 409, 'Object restore is already in progress');
    }
    if (state === 'restored') status = 200;
    const readyMs = state === 'restored' ? now : now + takesMs;
    return { restore: { tier, readyAt: iso(readyMs), expiresAt: iso(nextMidnight(readyMs + days * dayMs)) } };
  });
  response.writeHead(status).end();
}

/** Whether there are bytes to read: an archived object has none while there is no restored copy. */
export const isReadable = (bucket: Bucket, meta: ObjectMeta): boolean =>
  !tiers[classOf(meta)] || restoreState(meta, bucket.now()) === 'restored';

/** Refuses to give an archived object's bytes while there is no restored copy. */
export function checkReadable(bucket: Bucket, meta: ObjectMeta): void {
  if (isReadable(bucket, meta)) return;
  throw invalidState("The operation is not valid for the object's storage class", meta);
}

/** x-amz-restore, once a restore was asked for and until its copy is gone. */
export function restoreHeaders(meta: ObjectMeta, now: number): Record<string, string> {
  const state = restoreState(meta, now);
  if (state === 'none' || !meta.restore) return {};
  const expiry = new Date(meta.restore.expiresAt).toUTCString();
  const text =
    state === 'ongoing' ? 'ongoing-request="true"' : `ongoing-request="false", expiry-date="${expiry}"`;
  return { 'x-amz-restore': text };
}

export function restoreState(meta: ObjectMeta, now: number): 'none' | 'ongoing' | 'restored' {
  const { restore } = meta;
  if (!restore || now >= Date.parse(restore.expiresAt)) return 'none';
  return now < Date.parse(restore.readyAt) ? 'ongoing' : 'restored';
}

/** The element of a listing. */
export function restoreStatus(restore: Restore | undefined, state: ReturnType<typeof restoreState>) {
  if (!restore || state === 'none') return undefined;
  return {
    IsRestoreInProgress: state === 'ongoing',
    RestoreExpiryDate: state === 'restored' ? restore.expiresAt : undefined,
  };
}

const classOf = (meta: ObjectMeta): string => meta.headers['x-amz-storage-class'] ?? 'STANDARD';

const iso = (ms: number): string => new Date(ms).toISOString();

function invalidState(message: string, meta: ObjectMeta): AwsError {
  return new AwsError('InvalidObjectState', 403, message, { StorageClass: classOf(meta) });
}
