import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../../http/service.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import type { Retention } from '../disk/object-meta.ts';
import type { ObjectLock } from '../disk/settings.ts';
import { sendXml } from '../wire/answers.ts';
import { checksumAlgorithms, checksumHeader } from '../wire/checksums.ts';
import { s3Errors } from '../wire/errors.ts';
import { readXml } from '../wire/read-xml.ts';
import { blocksOf, textsOf, xmlDocument } from '../wire/xml.ts';
import { changeVersion } from './tags.ts';

type Headers = Readonly<Record<string, string>>;
type Lock = Pick<ObjectMeta, 'retention' | 'legalHold'>;

const dayMs = 24 * 3600 * 1000;
const mostYears = 100;
const mostDays = 36_500;

/** GET and PUT of a bucket's `?object-lock`. */
export async function bucketLock(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const { objectLock, versioning } = bucket.settings.get();
  if (request.method === 'GET') {
    if (!objectLock) {
      const message = 'Object Lock configuration does not exist for this bucket';
      throw new AwsError('ObjectLockConfigurationNotFoundError', 404, message, { BucketName: bucket.name });
    }
    const { mode: Mode, days, years } = objectLock;
    const period = years === undefined ? { Days: days } : { Years: years };
    const rule = Mode === undefined ? {} : { Rule: { DefaultRetention: { Mode, ...period } } };
    return sendXml(
      response,
      xmlDocument('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled', ...rule }),
    );
  }
  const xml = await readXml(request);
  if (xml === '') throw new AwsError('MissingRequestBodyError', 400, 'Request Body is empty');
  if (textsOf(xml, 'ObjectLockEnabled')[0] !== 'Enabled') throw s3Errors.malformedXml();
  if (versioning !== 'Enabled') {
    const message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
    throw new AwsError('InvalidBucketState', 409, message);
  }
  await bucket.settings.change({ objectLock: defaultRetention(xml) });
  response.writeHead(200).end();
}

/** GET and PUT of `?retention` of a version. */
export async function objectRetention(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  wantLock(bucket);
  if (request.method === 'GET') {
    const { retention } = await changeVersion(bucket, key, request, response, () => undefined);
    if (!retention) throw noSuchLock();
    const fields = { Mode: retention.mode, RetainUntilDate: retention.until };
    return sendXml(response, xmlDocument('Retention', fields));
  }
  const xml = await readXml(request);
  const [mode, until] = [textsOf(xml, 'Mode')[0], textsOf(xml, 'RetainUntilDate')[0]];
  const wanted =
    mode === undefined && until === undefined ? undefined : retentionOf(mode, until, bucket.now());
  await changeVersion(bucket, key, request, response, meta => {
    checkRetentionChange(meta.retention, wanted, mayBypass(request.headers), bucket.now());
    return { retention: wanted };
  });
  response.writeHead(200).end();
}

/** GET and PUT of `?legal-hold` of a version. */
export async function legalHold(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  wantLock(bucket);
  if (request.method === 'GET') {
    const meta = await changeVersion(bucket, key, request, response, () => undefined);
    if (!meta.legalHold) throw noSuchLock();
    return sendXml(response, xmlDocument('LegalHold', { Status: meta.legalHold }));
  }
  const status = textsOf(await readXml(request), 'Status')[0];
  if (status !== 'ON' && status !== 'OFF') throw s3Errors.malformedXml();
  await changeVersion(bucket, key, request, response, () => ({ legalHold: status }));
  response.writeHead(200).end();
}

/** What a new version is locked by, from the headers of its write. Throws AwsError where they cannot be. */
export function lockOfHeaders(bucket: Bucket, headers: Headers): Lock {
  const mode = headers['x-amz-object-lock-mode'];
  const until = headers['x-amz-object-lock-retain-until-date'];
  const hold = headers['x-amz-object-lock-legal-hold'];
  if (mode === undefined && until === undefined && hold === undefined) return {};
  wantLock(bucket);
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF') {
    throw s3Errors.invalidArgument('Legal Hold must be either of ON or OFF');
  }
  const retention =
    mode === undefined && until === undefined ? undefined : retentionOf(mode, until, bucket.now());
  return { ...(retention ? { retention } : {}), ...(hold ? { legalHold: hold } : {}) };
}

/** A write that locks must be one whose bytes are vouched for. */
export function wantDigest(headers: Headers, lock: Lock): void {
  if (!lock.retention && !lock.legalHold) return;
  const trailer = headers['x-amz-trailer'] ?? '';
  const given = checksumAlgorithms.map(checksumHeader);
  if (headers['content-md5'] !== undefined) return;
  if (given.some(name => headers[name] !== undefined || trailer.toLowerCase().includes(name))) return;
  const message =
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters';
  throw s3Errors.invalidRequest(message);
}

/** The bucket's default retention, where the write said none. */
export function withDefault(bucket: Bucket, lock: Lock): Lock {
  const { mode, days } = bucket.settings.get().objectLock ?? {};
  if (lock.retention || mode === undefined || days === undefined) return lock;
  return { ...lock, retention: { mode, until: new Date(bucket.now() + days * dayMs).toISOString() } };
}

export function lockHeaders(meta: ObjectMeta): Record<string, string> {
  return {
    ...(meta.retention
      ? {
          'x-amz-object-lock-mode': meta.retention.mode,
          'x-amz-object-lock-retain-until-date': meta.retention.until,
        }
      : {}),
    ...(meta.legalHold ? { 'x-amz-object-lock-legal-hold': meta.legalHold } : {}),
  };
}

/** Whether a version may not be removed now; a governance retention may be bypassed. */
export function isLocked(meta: ObjectMeta, now: number, bypass = false): boolean {
  if (meta.legalHold === 'ON') return true;
  if (!meta.retention || Date.parse(meta.retention.until) <= now) return false;
  return meta.retention.mode === 'COMPLIANCE' || !bypass;
}

/** Refuses to remove a version that is locked. */
export function checkUnlocked(bucket: Bucket, meta: ObjectMeta | undefined, headers: Headers): void {
  if (meta && isLocked(meta, bucket.now(), mayBypass(headers))) {
    throw new AwsError('AccessDenied', 403, 'Access Denied because object protected by object lock.');
  }
}

const mayBypass = (headers: Headers): boolean =>
  headers['x-amz-bypass-governance-retention']?.toLowerCase() === 'true';

function checkRetentionChange(
  before: Retention | undefined,
  wanted: Retention | undefined,
  bypass: boolean,
  now: number,
): void {
  if (!before || Date.parse(before.until) <= now) return;
  const isWeaker =
    !wanted ||
    Date.parse(wanted.until) < Date.parse(before.until) ||
    (before.mode === 'COMPLIANCE' && wanted.mode !== 'COMPLIANCE');
  const isAllowed = before.mode === 'GOVERNANCE' && bypass;
  if (isWeaker && !isAllowed) {
    throw new AwsError('AccessDenied', 403, 'Access Denied because object protected by object lock.');
  }
}

function retentionOf(mode: string | undefined, until: string | undefined, now: number): Retention {
  if (mode === undefined || until === undefined) {
    throw s3Errors.invalidArgument(
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw s3Errors.invalidArgument('Unknown wormMode directive.');
  }
  const ms = Date.parse(until);
  if (Number.isNaN(ms)) {
    throw s3Errors.invalidArgument('The retain until date must be provided in ISO 8601 format');
  }
  if (ms <= now) throw s3Errors.invalidArgument('The retain until date must be in the future!');
  return { mode, until: new Date(ms).toISOString() };
}

function defaultRetention(xml: string): ObjectLock {
  const block = blocksOf(xml, 'DefaultRetention')[0];
  if (block === undefined) return {};
  const mode = textsOf(block, 'Mode')[0];
  const days = textsOf(block, 'Days')[0];
  const years = textsOf(block, 'Years')[0];
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || (days === undefined) === (years === undefined)) {
    throw s3Errors.malformedXml();
  }
  const count = Number(days ?? years);
  if (!Number.isInteger(count) || count < 1) {
    throw s3Errors.invalidArgument('Default retention period must be a positive integer value.');
  }
  if (count > (days === undefined ? mostYears : mostDays)) {
    throw s3Errors.invalidArgument('Default retention period too large.');
  }
  return days === undefined ? { mode, days: count * 365, years: count } : { mode, days: count };
}

function wantLock(bucket: Bucket): void {
  if (!bucket.settings.get().objectLock) {
    throw s3Errors.invalidRequest('Bucket is missing Object Lock Configuration');
  }
}

function noSuchLock(): AwsError {
  const message = 'The specified object does not have a ObjectLock configuration';
  return new AwsError('NoSuchObjectLockConfiguration', 404, message);
}
