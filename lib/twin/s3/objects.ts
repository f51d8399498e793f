import { rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsError, type SignedRequest } from '../http/service.ts';
import type { Bucket, ObjectMeta } from './bucket.ts';
import { type ChecksumAlgorithm, checksumHeader } from './checksums.ts';
import { checkRead, checkWrite } from './conditions.ts';
import { s3Errors } from './errors.ts';
import { partRange, readRange } from './ranges.ts';
import { keptHeaders, receiveBody, shownHeaders } from './upload-body.ts';

export async function putObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const headers = keptHeaders(request.headers);
  // Refused before the body is read where it can be; again under the lock, which decides.
  checkWrite(request.headers, key, await bucket.find(key));
  const received = await receiveBody(bucket, request);
  try {
    const meta = await bucket.exclusively(key, async () => {
      checkWrite(request.headers, key, await bucket.look(key));
      return bucket.commit(key, received, { headers });
    });
    response.writeHead(200, { etag: `"${meta.etag}"`, ...checksumHeaders(meta) }).end();
  } finally {
    await rm(received.path, { force: true });
  }
}

export async function getObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const found = await bucket.read(key);
  if (!found) throw s3Errors.noSuchKey(key);
  const { meta, file } = found;
  try {
    const answer = answerOf(meta, request);
    response.writeHead(answer.status, answer.headers);
    if (request.method === 'HEAD' || answer.status === 304 || answer.end < answer.start) {
      response.end();
      return;
    }
    const { start, end } = answer;
    const bytes = file.createReadStream({ start, end, autoClose: false, highWaterMark: 256 * 1024 });
    // The client may leave in the middle, or the file be cut short by hand: neither may look like a whole answer.
    await pipeline(bytes, response).catch(() => response.destroy());
  } finally {
    await file.close();
  }
}

export async function deleteObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  await bucket.exclusively(key, async () => {
    checkWrite(request.headers, key, await bucket.look(key));
    await bucket.remove(key);
  });
  response.writeHead(204).end();
}

export function checksumHeaders(
  meta: Pick<ObjectMeta, 'checksums' | 'checksumType'>,
): Record<string, string> {
  const pairs = Object.entries(meta.checksums).map(([algorithm, value]) => [
    checksumHeader(algorithm as ChecksumAlgorithm),
    value,
  ]);
  return pairs.length === 0
    ? {}
    : { ...Object.fromEntries(pairs), 'x-amz-checksum-type': meta.checksumType ?? 'FULL_OBJECT' };
}

export function sendXml(response: ServerResponse, document: string): void {
  response
    .writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(document) })
    .end(document);
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** First and last byte; `end` is before `start` when there is none. */
  readonly start: number;
  readonly end: number;
}

function answerOf(meta: ObjectMeta, request: SignedRequest): Answer {
  const headers: Record<string, string> = {
    ...shownHeaders(meta.headers),
    etag: `"${meta.etag}"`,
    'last-modified': new Date(meta.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  };
  for (const [name, value] of request.query) {
    if (name.startsWith('response-')) headers[name.slice('response-'.length)] = value;
  }
  if (checkRead(request.headers, meta) === 304) return { status: 304, headers, start: 0, end: -1 };
  const archived = ['GLACIER', 'DEEP_ARCHIVE'].includes(meta.headers['x-amz-storage-class'] ?? '');
  if (archived && request.method === 'GET') {
    throw new AwsError(
      'InvalidObjectState',
      403,
      "The operation is not valid for the object's storage class",
    );
  }
  const part = request.query.get('partNumber');
  if (part !== null && meta.parts) headers['x-amz-mp-parts-count'] = String(meta.parts.length);
  const range = part === null ? readRange(request.headers.range, meta.size) : partRange(meta, Number(part));
  const [start, end] = range ?? [0, meta.size - 1];
  headers['content-length'] = String(end - start + 1);
  if (range) headers['content-range'] = `bytes ${start}-${end}/${meta.size}`;
  const whole = end - start + 1 === meta.size;
  if (whole && request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED') {
    Object.assign(headers, checksumHeaders(meta));
  }
  return { status: range ? 206 : 200, headers, start, end };
}
