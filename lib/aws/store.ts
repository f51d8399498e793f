import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Bytes } from '../contract/list/bytes.ts';
import type { ListOptions, ObjectInfo, PutOptions, Store } from '../contract/ports/ports.ts';
import { hasBytes } from '../contract/ports/same-bytes.ts';
import { makeFolder } from '../contract/verb/make-folder.ts';
import { sendAndRead } from './again.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { objectPages } from './read/objects.ts';
import { errorName, statusOf } from './sdk-error.ts';
import { unlessThere } from './wire/denied.ts';
import { sha256Of, streamOf } from './wire/streamed-body.ts';
import { readPart } from './wire/upload.ts';

/** Bytes; also the size above which an upload goes in parts. */
const partBytes = 64 * 1024 * 1024;

/** How often a body that streams is sent. */
const streamTries = 3;

/** A bucket over the SDK. Errors are the SDK's; `explainAwsError` turns them into sentences. */
export function s3Store(endpoint: Endpoint, bucket: string, client = defaultClient(endpoint)): Store {
  return {
    bucket,
    get: (key, range) => getObject(client, bucket, key, range),
    put: (key, body, options) => putObject(client, bucket, key, body, options),
    head: key => headObject(client, bucket, key),
    list: (prefix, options) => listObjects(client, bucket, prefix, options),
    folders: prefix => listFolders(client, bucket, prefix),
    download: (key, path, signal) => download(client, bucket, key, path, signal),
    upload: (path, key) => upload(client, bucket, path, key),
  };
}

const defaultClient = (endpoint: Endpoint): S3Client =>
  new S3Client({
    ...clientConfig(endpoint),
    maxAttempts: 6,
    forcePathStyle: endpoint.url !== undefined,
  });

async function getObject(
  client: S3Client,
  bucket: string,
  key: string,
  range?: readonly [number, number],
): Promise<Buffer | undefined> {
  if (range && range[0] >= range[1]) return Buffer.alloc(0);
  try {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(range ? { Range: `bytes=${range[0]}-${range[1] - 1}` } : {}),
    });
    return await sendAndRead(
      () => client.send(command),
      async answer => Buffer.from(await answer.Body!.transformToByteArray()),
    );
  } catch (error) {
    if (errorName(error) === 'NoSuchKey') return undefined;
    if (errorName(error) === 'AccessDenied') return unlessThere(error, key, listing(client, bucket));
    throw error;
  }
}

/**
 * A conditional write whose answer was lost may have succeeded: the SDK sends it again and then meets its own object.
 * Ours is then the same bytes, which is what the caller wanted to know.
 */
async function putObject(
  client: S3Client,
  bucket: string,
  key: string,
  body: Buffer | Bytes | string,
  options: PutOptions = {},
  tries = 1,
): Promise<boolean> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(Buffer.isBuffer(bytes)
          ? { Body: bytes }
          : { Body: streamOf(bytes), ContentLength: bytes.length }),
        ChecksumSHA256: Buffer.from(sha256Of(bytes), 'hex').toString('base64'),
        ...(options.ifNoneMatch ? { IfNoneMatch: '*' } : {}),
        ...(options.contentType ? { ContentType: options.contentType } : {}),
      }),
    );
    return true;
  } catch (error) {
    // What streams the SDK sends once.
    const status = statusOf(error) ?? 500;
    if (!Buffer.isBuffer(bytes) && tries < streamTries && (status >= 500 || status === 429)) {
      await sleep(Math.random() * 200 * 2 ** tries);
      return putObject(client, bucket, key, body, options, tries + 1);
    }
    if (!options.ifNoneMatch) throw error;
    // 409 is S3's answer while another conditional write of the key is under way: who won shows in what is there.
    if (statusOf(error) !== 412 && statusOf(error) !== 409) throw error;
    const attempts = (error as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;
    if (attempts * tries === 1 && statusOf(error) === 412) return false;
    const there = {
      get: (at: string, range?: readonly [number, number]) => getObject(client, bucket, at, range),
      head: (at: string) => headObject(client, bucket, at),
    };
    return (await hasBytes(there, key, bytes)) ?? putObject(client, bucket, key, body, options);
  }
}

async function headObject(client: S3Client, bucket: string, key: string): Promise<ObjectInfo | undefined> {
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return {
      key,
      size: answer.ContentLength ?? 0,
      etag: answer.ETag ?? '',
      lastModified: answer.LastModified ?? new Date(0),
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    // An answer to HEAD has no body that would name the error.
    if (statusOf(error) === 403) return unlessThere(error, key, listing(client, bucket));
    throw error;
  }
}

const listing =
  (client: S3Client, bucket: string): Store['list'] =>
  (prefix, options) =>
    listObjects(client, bucket, prefix, options);

async function* listFolders(client: S3Client, bucket: string, prefix: string): AsyncIterable<string> {
  for await (const page of objectPages(client, { Bucket: bucket, Prefix: prefix, Delimiter: '/' }))
    for (const folder of page.CommonPrefixes ?? []) yield folder.Prefix!;
}

async function* listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  { startAfter, limit = Number.POSITIVE_INFINITY }: ListOptions = {},
): AsyncIterable<ObjectInfo> {
  let left = limit;
  const pages = objectPages(client, {
    Bucket: bucket,
    Prefix: prefix,
    ...(startAfter ? { StartAfter: startAfter } : {}),
    ...(limit < 1000 ? { MaxKeys: limit } : {}),
  });
  for await (const page of pages)
    for (const object of page.Contents ?? []) {
      yield {
        key: object.Key!,
        size: object.Size ?? 0,
        etag: object.ETag ?? '',
        lastModified: object.LastModified ?? new Date(0),
      };
      if (--left <= 0) return;
    }
}

async function download(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  signal?: AbortSignal,
): Promise<ObjectInfo> {
  const abort = signal ? { abortSignal: signal } : {};
  await makeFolder(dirname(path));
  const part = `${path}.part-${process.pid}`;
  try {
    // The checksum that S3 keeps is compared by the SDK while the body streams.
    return await sendAndRead(
      () => client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }), abort),
      async answer => {
        await pipeline(answer.Body as Readable, createWriteStream(part), signal ? { signal } : {});
        const { size } = await stat(part);
        if (size !== answer.ContentLength)
          throw new Error(`${key}: ${size} of ${answer.ContentLength} bytes arrived`);
        await rename(part, path);
        return { key, size, etag: answer.ETag ?? '', lastModified: answer.LastModified ?? new Date(0) };
      },
    );
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function upload(client: S3Client, bucket: string, path: string, key: string): Promise<ObjectInfo> {
  const { size } = await stat(path);
  if (size <= partBytes) {
    const digest = await sha256File(path);
    const answer = await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: createReadStream(path),
        ContentLength: size,
        ChecksumSHA256: digest,
      }),
    );
    if (answer.ChecksumSHA256 !== undefined && answer.ChecksumSHA256 !== digest)
      throw new Error(`${key}: stored with another checksum`);
    return { key, size, etag: answer.ETag ?? '', lastModified: new Date() };
  }
  return uploadParts(client, bucket, path, key, size);
}

async function uploadParts(
  client: S3Client,
  bucket: string,
  path: string,
  key: string,
  size: number,
): Promise<ObjectInfo> {
  const at = { Bucket: bucket, Key: key };
  const bytes = Math.max(partBytes, Math.ceil(size / 10_000));
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256' }),
  );
  const file = await open(path, 'r');
  try {
    const Parts = [];
    for (let PartNumber = 1; (PartNumber - 1) * bytes < size; PartNumber++) {
      const start = (PartNumber - 1) * bytes;
      const Body = await readPart(file, start, Math.min(bytes, size - start));
      const ChecksumSHA256 = createHash('sha256').update(Body).digest('base64');
      const { ETag } = await client.send(
        new UploadPartCommand({ ...at, UploadId, PartNumber, Body, ChecksumSHA256 }),
      );
      Parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
    const answer = await client.send(
      new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }),
    );
    return { key, size, etag: answer.ETag ?? '', lastModified: new Date() };
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('base64');
}
