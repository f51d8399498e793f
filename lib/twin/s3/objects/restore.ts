import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import type { Restore } from '../disk/object-meta.ts';
import { nextMidnight } from '../settings/lifecycle-due.ts';
import { changeVersion } from '../settings/tags.ts';
import { archiveTierOf } from '../settings/tiering-due.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { blocksOf, textsOf } from '../wire/xml.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

type Times = Readonly<Record<string, number>>;

const flexible: Times = { Expedited: 5 * minuteMs, Standard: 5 * hourMs, Bulk: 12 * hourMs };
const deep: Times = { Standard: 12 * hourMs, Bulk: 48 * hourMs };

/** The longest that S3 says a tier usually takes, fastest tier first (its guide, "Archive retrieval options"). */
const tiers: Readonly<Record<string, Times>> = {
  GLACIER: flexible,
  DEEP_ARCHIVE: deep,
  ARCHIVE_ACCESS: flexible,
  DEEP_ARCHIVE_ACCESS: deep,
};

interface Asked {
  /** Left out for Intelligent-Tiering. */
  readonly days: number | undefined;
  readonly tier: string;
}

/**
 * RestoreObject: a copy for some days, there when the tier's time has passed. 202 when it starts, 200 when it is extended. Out of an archive
 * tier of Intelligent-Tiering the object itself comes back, for good.
 */
export async function restoreObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const asked = readRequest(await readXml(request));
  let status = 202;
  await changeVersion(bucket, key, request, response, found => {
    const times = timesOf(found, bucket.now(), asked);
    const takesMs = times[asked.tier];
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
    const restore = { tier: asked.tier, readyAt: iso(readyMs) };
    return {
      restore:
        asked.days === undefined
          ? { ...restore, askedAt: iso(now) }
          : { ...restore, expiresAt: iso(nextMidnight(readyMs + asked.days * dayMs)) },
    };
  });
  response.writeHead(status).end();
}

/** Throws AwsError for what S3's schema has not: a Tier is one of GlacierJobParameters, but for a SELECT. */
function readRequest(xml: string): Asked {
  if (/<Type>/.test(xml)) throw s3Errors.notImplemented('Type of RestoreRequest');
  const [parameters] = blocksOf(xml, 'GlacierJobParameters');
  const isElsewhere = textsOf(xml, 'Tier').length > textsOf(parameters ?? '', 'Tier').length;
  const tier = textsOf(parameters ?? '', 'Tier')[0] ?? 'Standard';
  if (isElsewhere || !['Expedited', 'Standard', 'Bulk'].includes(tier)) throw s3Errors.malformedXml();
  const [text] = textsOf(xml, 'Days');
  const days = text === undefined ? undefined : Number(text);
  if (days !== undefined && !(Number.isInteger(days) && days >= 1)) throw s3Errors.malformedXml();
  return { days, tier };
}

/** How long its tiers take. Throws AwsError for what is not archived, and where days are said or not said that must not be. */
function timesOf(found: ObjectMeta, now: number, { days }: Asked): Times {
  const storageClass = classOf(found);
  if (storageClass === 'INTELLIGENT_TIERING') {
    if (days !== undefined)
      throw s3Errors.invalidArgument(
        'INTELLIGENT_TIERING objects are not subject to restore expiry. Do not specify Days when restoring this object',
      );
    const archiveTier = archiveTierOf(found, now);
    if (archiveTier) return tiers[archiveTier]!;
    const message = 'This action is not allowed against this storage tier';
    throw new AwsError('ObjectAlreadyInActiveTierError', 403, message);
  }
  const times = tiers[storageClass];
  if (!times)
    throw new AwsError(
      'InvalidObjectState',
      403,
      "Restore is not allowed for the object's current storage class",
      { StorageClass: storageClass },
    );
  if (days === undefined) throw s3Errors.malformedXml();
  return times;
}

/** Whether there are bytes to read: an archived object has none while there is no restored copy. */
export const isReadable = (bucket: Bucket, meta: ObjectMeta): boolean =>
  archiveTierOf(meta, bucket.now()) === undefined &&
  (!tiers[classOf(meta)] || restoreState(meta, bucket.now()) === 'restored');

/** Refuses to give an archived object's bytes while there is no restored copy. */
export function checkReadable(bucket: Bucket, meta: ObjectMeta): void {
  if (isReadable(bucket, meta)) return;
  const accessTier = archiveTierOf(meta, bucket.now());
  const message = `The operation is not valid for the object's ${accessTier ? 'access tier' : 'storage class'}`;
  throw new AwsError('InvalidObjectState', 403, message, {
    StorageClass: classOf(meta),
    ...(accessTier ? { AccessTier: accessTier } : {}),
  });
}

/** x-amz-archive-status while it is in an archive tier; x-amz-restore, once a restore was asked for and until its copy is gone. */
export function restoreHeaders(meta: ObjectMeta, now: number): Record<string, string> {
  const archiveTier = archiveTierOf(meta, now);
  const archived: Record<string, string> = archiveTier ? { 'x-amz-archive-status': archiveTier } : {};
  const state = restoreState(meta, now);
  if (state === 'none' || !meta.restore) return archived;
  const { askedAt, expiresAt } = meta.restore;
  const text =
    state === 'ongoing'
      ? 'ongoing-request="true"'
      : `ongoing-request="false", expiry-date="${new Date(expiresAt!).toUTCString()}"`;
  return {
    ...archived,
    'x-amz-restore': text,
    ...(askedAt ? { 'x-amz-restore-request-date': new Date(askedAt).toUTCString() } : {}),
  };
}

/** What came back for good is restored no more: it is as if it had never been away. */
export function restoreState(meta: ObjectMeta, now: number): 'none' | 'ongoing' | 'restored' {
  const { restore } = meta;
  if (!restore) return 'none';
  if (now < Date.parse(restore.readyAt)) return 'ongoing';
  return restore.expiresAt === undefined || now >= Date.parse(restore.expiresAt) ? 'none' : 'restored';
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
