import { createReadStream } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { SignedRequest } from '../http/service.ts';
import type { Bucket, ObjectMeta } from './bucket.ts';
import { type ChecksumAlgorithm, checksumHeader } from './checksums.ts';
import { checkRead, checkWrite } from './conditions.ts';
import { s3Errors } from './errors.ts';
import { keptHeaders, receiveBody } from './upload-body.ts';
import { xmlDocument } from './xml.ts';

export async function putObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  // Refused before the body is read where it can be; again under the lock, which decides.
  checkWrite(request.headers, key, await bucket.find(key));
  const received = await receiveBody(bucket, request);
  const meta = await bucket
    .exclusively(key, async () => {
      checkWrite(request.headers, key, await bucket.find(key));
      return bucket.commit(key, received, { headers: keptHeaders(request.headers) });
    })
    .catch(async error => {
      await rm(received.path, { force: true });
      throw error;
    });
  response.writeHead(200, { etag: `"${meta.etag}"`, ...checksumHeaders(meta) }).end();
}

export async function getObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const meta = await bucket.find(key);
  if (!meta) throw s3Errors.noSuchKey(key);
  const headers: Record<string, string> = {
    ...meta.headers,
    etag: `"${meta.etag}"`,
    'last-modified': new Date(meta.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...(meta.parts && request.query.has('partNumber')
      ? { 'x-amz-mp-parts-count': String(meta.parts.length) }
      : {}),
  };
  for (const [name, value] of request.query) {
    if (name.startsWith('response-')) headers[name.slice(9)] = value;
  }
  if (checkRead(request.headers, meta) === 304) return void response.writeHead(304, headers).end();
  const part = request.query.get('partNumber');
  const range = part ? partRange(meta, Number(part)) : readRange(request.headers.range, meta.size);
  if (!range && request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED')
    Object.assign(headers, checksumHeaders(meta));
  const [start, end] = range ?? [0, meta.size - 1];
  headers['content-length'] = String(end - start + 1);
  if (range) headers['content-range'] = `bytes ${start}-${end}/${meta.size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === 'HEAD' || meta.size === 0) return void response.end();
  await pipeline(
    createReadStream(bucket.filePath(meta), { start, end, highWaterMark: 256 * 1024 }),
    response,
  ).catch(() => response.destroy());
}

export async function copyObject(
  source: Bucket,
  sourceKey: string,
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const from = await source.find(sourceKey);
  if (!from) throw s3Errors.noSuchKey(sourceKey);
  checkCopySource(request.headers, from);
  const path = bucket.temporaryPath();
  await copyFile(source.filePath(from), path);
  const replaced = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const meta = await bucket.exclusively(key, async () => {
    checkWrite(request.headers, key, await bucket.find(key));
    return bucket.commit(
      key,
      { path, size: from.size, etag: from.etag, checksums: from.checksums },
      {
        headers: replaced ? keptHeaders(request.headers) : from.headers,
        ...(from.checksumType ? { checksumType: from.checksumType } : {}),
      },
    );
  });
  sendXml(
    response,
    xmlDocument('CopyObjectResult', { LastModified: meta.lastModified, ETag: `"${meta.etag}"` }),
  );
}

export async function deleteObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  await bucket.exclusively(key, async () => {
    checkWrite(request.headers, key, await bucket.find(key));
    await bucket.remove(key);
  });
  response.writeHead(204).end();
}

/** The x-amz-copy-source-if-… conditions. */
export function checkCopySource(headers: Readonly<Record<string, string>>, from: ObjectMeta): void {
  const renamed = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('x-amz-copy-source-if-'))
      .map(([name, value]) => [name.slice('x-amz-copy-source-'.length), value]),
  );
  if (checkRead(renamed, from) === 304) throw s3Errors.preconditionFailed('x-amz-copy-source-If-None-Match');
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
  response.writeHead(200, { 'content-type': 'application/xml' }).end(document);
}

/** First and last byte of a Range header; undefined for the whole, or where the header is none that S3 heeds. */
export function readRange(header: string | undefined, size: number): readonly [number, number] | undefined {
  const found = header === undefined ? undefined : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!found || (found[1] === '' && found[2] === '')) return undefined;
  if (found[1] === '') {
    const count = Math.min(Number(found[2]), size);
    if (count === 0) throw s3Errors.invalidRange(size);
    return [size - count, size - 1];
  }
  const start = Number(found[1]);
  const end = found[2] === '' ? size - 1 : Math.min(Number(found[2]), size - 1);
  if (found[2] !== '' && Number(found[2]) < start) return undefined;
  if (start >= size) throw s3Errors.invalidRange(size);
  return [start, end];
}

function partRange(meta: ObjectMeta, part: number): readonly [number, number] {
  const parts = meta.parts ?? [meta.size];
  const size = parts[part - 1];
  if (size === undefined) throw s3Errors.invalidRange(meta.size);
  const start = parts.slice(0, part - 1).reduce((sum, each) => sum + each, 0);
  return [start, start + size - 1];
}
