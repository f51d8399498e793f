import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { SignedRequest } from '../../http/service.ts';
import { keptHeaders, receiveBody, shownHeaders } from '../bodies/upload-body.ts';
import type { Bucket, ObjectMeta } from '../disk/bucket.ts';
import { versionIdOf } from '../disk/object-meta.ts';
import { rm } from '../disk/quick-fs.ts';
import { asEncrypted, encryptionKept, pick } from '../settings/encryption.ts';
import { expiryHeaders } from '../settings/lifecycle-due.ts';
import {
  checkUnlocked,
  lockHeaders,
  lockOfHeaders,
  wantDigest,
  withDefault,
} from '../settings/object-lock.ts';
import { tagsOfHeader } from '../settings/tags.ts';
import { noteAccess } from '../settings/tiering-due.ts';
import { existing, versionHeaders } from '../settings/versioning.ts';
import { byDefault, checksumHeaders } from '../wire/checksums.ts';
import { s3Errors } from '../wire/errors.ts';
import { headersAsked } from '../wire/response-headers.ts';
import { versionAsked } from '../wire/version-ids.ts';
import { checkRead, checkWrite, isConditional } from './conditions.ts';
import { partRange, readRange } from './ranges.ts';
import { checkReadable, restoreHeaders } from './restore.ts';

export async function putObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const headers = { ...keptHeaders(request.headers), ...encryptionKept(bucket, request.headers) };
  const tags = tagsOfHeader(request.headers['x-amz-tagging']);
  const lock = lockOfHeaders(bucket, request.headers);
  wantDigest(request.headers, lock);
  // Refused before the body is read where it can be; again under the lock, which decides.
  if (isConditional(request.headers)) checkWrite(request.headers, key, await bucket.find(key));
  const received = await receiveBody(bucket, request, byDefault);
  let meta: ObjectMeta;
  try {
    meta = await bucket.exclusively(key, async () => {
      checkWrite(request.headers, key, await bucket.look(key));
      const rest = { headers, ...tags, ...withDefault(bucket, lock) };
      return bucket.commit(key, asEncrypted(received, headers), rest);
    });
  } catch (error) {
    await rm(received.path, { force: true });
    throw error;
  }
  response
    .writeHead(200, {
      etag: `"${meta.etag}"`,
      ...checksumHeaders(meta),
      ...pick(meta.headers),
      ...versionHeaders(bucket, meta),
      ...expiryHeaders(bucket, meta),
    })
    .end();
}

/** Bytes that are answered without a stream. */
const oneRead = 64 * 1024;

export async function getObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const versionId = versionAsked(request);
  const found = await bucket.read(key, versionId);
  existing(found, key, versionId, response);
  const { meta, file } = found;
  if (!file) throw s3Errors.noSuchKey(key);
  try {
    const answer = answerOf(bucket, meta, request);
    if (request.method === 'GET') await noteAccess(bucket, meta);
    response.writeHead(answer.status, answer.headers);
    if (request.method === 'HEAD' || answer.status === 304 || answer.end < answer.start) {
      response.end();
      return;
    }
    const { start, end } = answer;
    const length = end - start + 1;
    if (length <= oneRead) {
      const bytes = file.read(start, length);
      if (bytes.length === length) response.end(bytes);
      else response.destroy();
      return;
    }
    const bytes = file.stream(start, end, 512 * 1024);
    // The client may leave in the middle, or the file be cut short by hand: neither may look like a whole answer.
    await pipeline(bytes, response).catch(() => response.destroy());
  } finally {
    file.close();
  }
}

export async function deleteObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const versionId = versionAsked(request);
  const headers = await bucket.exclusively(key, async () => {
    if (versionId === undefined) {
      checkWrite(request.headers, key, await bucket.look(key));
      return markerHeaders(await bucket.remove(key));
    }
    checkUnlocked(bucket, await bucket.lookVersion(key, versionId), request.headers);
    const removed = await bucket.removeVersion(key, versionId);
    return { 'x-amz-version-id': versionId, ...(removed?.deleteMarker ? markerHeaders(removed) : {}) };
  });
  response.writeHead(204, headers).end();
}

function markerHeaders(marker: ObjectMeta | undefined): Record<string, string> {
  return marker ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionIdOf(marker) } : {};
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** First and last byte; `end` is before `start` when there is none. */
  readonly start: number;
  readonly end: number;
}

function answerOf(bucket: Bucket, meta: ObjectMeta, request: SignedRequest): Answer {
  const headers: Record<string, string> = {
    ...shownHeaders(meta.headers),
    etag: `"${meta.etag}"`,
    'last-modified': new Date(meta.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...versionHeaders(bucket, meta),
    ...(meta.tags ? { 'x-amz-tagging-count': String(Object.keys(meta.tags).length) } : {}),
    ...restoreHeaders(meta, bucket.now()),
    ...lockHeaders(meta),
    ...expiryHeaders(bucket, meta),
  };
  Object.assign(headers, headersAsked(request));
  if (checkRead(request.headers, meta) === 304) return { status: 304, headers, start: 0, end: -1 };
  if (request.method === 'GET') checkReadable(bucket, meta);
  const part = request.query.get('partNumber');
  if (part !== null && meta.parts) headers['x-amz-mp-parts-count'] = String(meta.parts.length);
  const said = request.headers.range;
  const range = part === null ? readRange(said, meta.size) : partRange(meta, part, said);
  const [start, end] = range ?? [0, meta.size - 1];
  headers['content-length'] = String(end - start + 1);
  if (range) headers['content-range'] = `bytes ${start}-${end}/${meta.size}`;
  const whole = end - start + 1 === meta.size;
  if (request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED') {
    const ofPart = part === null ? undefined : meta.partChecksums?.[Number(part) - 1];
    const shown = ofPart ? { ...meta, checksums: ofPart } : whole ? meta : undefined;
    if (shown) Object.assign(headers, checksumHeaders(shown));
  }
  return { status: range ? 206 : 200, headers, start, end };
}
