import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { UploadOptions } from '../../contract/ports/object-store.ts';
import type { ObjectInfo, UploadedObject } from '../../contract/ports/ports.ts';
import { eachToItsEnd } from '../../contract/run/map-limit.ts';
import type { BucketCall } from './bucket-call.ts';
import { readBody, sendAndRead, WireError } from './http.ts';
import { xmlField } from './listing/list.ts';
import { findUpload, forgetUpload, type Resumed, rememberUpload } from './resumed-upload.ts';

export interface UploadSizes {
  /** Files larger than this go up in parts of this size, in bytes. */
  readonly partBytes: number;
}

const partsAtOnce = 4;
/** A file of this size is read sooner than a thread of Node's wakes up, which a stream waits for three times. */
const smallBytes = 256 * 1024;

/** Uploads a file with its SHA-256, in parts where it is large; believed only when S3 answers with the same checksum. */
export async function uploadFile(
  call: BucketCall,
  path: string,
  key: string,
  { partBytes }: UploadSizes,
  { metadata = {}, resumeBy }: UploadOptions = {},
): Promise<UploadedObject> {
  const { size } = statSync(path);
  if (size > partBytes)
    return uploadParts(call, path, size, {
      key,
      partBytes: Math.max(partBytes, Math.ceil(size / 10_000)),
      metadata,
      ...(resumeBy === undefined ? {} : { resumeBy }),
    });
  const whole = size <= smallBytes ? readFileSync(path) : undefined;
  const hash = createHash('sha256');
  if (whole) hash.update(whole);
  else for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const digest = hash.digest();
  const { answer } = await call('PUT', key, {
    ...(whole ? { body: whole } : { body: () => createReadStream(path), contentLength: size }),
    payload: digest.toString('hex'),
    headers: { 'x-amz-checksum-sha256': digest.toString('base64'), ...metadataHeaders(metadata) },
  });
  await readBody(answer);
  verify(key, digest.toString('base64'), answer.headers['x-amz-checksum-sha256']);
  return {
    key,
    size: whole?.length ?? size,
    etag: answer.headers.etag ?? '',
    lastModified: new Date(),
    sha256: digest.toString('hex'),
  };
}

export const metadataHeaders = (
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]));

interface Part {
  readonly etag: string;
  readonly digest: Buffer;
}

interface PartsUpload {
  readonly key: string;
  readonly partBytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly resumeBy?: string;
}

async function uploadParts(
  call: BucketCall,
  path: string,
  size: number,
  upload: PartsUpload,
): Promise<ObjectInfo> {
  const { key, partBytes: bytes, resumeBy } = upload;
  const { uploadId, parts: before } = await beginOrResume(call, upload);
  const file = await open(path, 'r');
  try {
    const parts = new Array<Part>(Math.ceil(size / bytes));
    await eachToItsEnd(parts.keys(), partsAtOnce, async index => {
      const body = await readPart(file, index * bytes, Math.min(bytes, size - index * bytes));
      parts[index] = await uploadPart(call, key, uploadId, index + 1, body, before.get(index + 1));
    });
    const made = await complete(call, key, uploadId, size, parts);
    if (resumeBy !== undefined) await forgetUpload(resumeBy);
    return made;
  } catch (error) {
    // What S3 refuses it would refuse again; after all else the parts that are there are worth keeping.
    if (resumeBy !== undefined && !(error instanceof WireError && error.status < 500)) throw error;
    if (resumeBy !== undefined) await forgetUpload(resumeBy);
    await call('DELETE', key, { query: { uploadId } }).then(
      ({ answer }) => answer.drop(),
      () => undefined,
    );
    throw error;
  } finally {
    await file.close();
  }
}

async function beginOrResume(call: BucketCall, { resumeBy, ...upload }: PartsUpload): Promise<Resumed> {
  const found = resumeBy === undefined ? undefined : await findUpload(call, resumeBy, upload);
  if (found) return found;
  const headers = { 'x-amz-checksum-algorithm': 'SHA256', ...metadataHeaders(upload.metadata) };
  const created = await sendAndRead(() => call('POST', upload.key, { query: { uploads: '' }, headers }));
  const uploadId = xmlField(created.body.toString('utf8'), 'UploadId');
  if (resumeBy !== undefined) await rememberUpload(resumeBy, upload, uploadId);
  return { uploadId, parts: new Map() };
}

/** A part of a file. Throws where the file has become shorter than that. */
export async function readPart(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const body = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(body, filled, length - filled, start + filled);
    if (bytesRead === 0) throw new Error(`the file became shorter while it was uploaded`);
    filled += bytesRead;
  }
  return body;
}

async function uploadPart(
  call: BucketCall,
  key: string,
  uploadId: string,
  number: number,
  body: Buffer,
  before: { readonly etag: string; readonly checksum: string } | undefined,
): Promise<Part> {
  const digest = createHash('sha256').update(body).digest();
  const checksum = digest.toString('base64');
  if (before?.checksum === checksum) return { etag: before.etag, digest };
  const { answer } = await call('PUT', key, {
    query: { partNumber: String(number), uploadId },
    body,
    headers: { 'x-amz-checksum-sha256': checksum },
  });
  await readBody(answer);
  verify(`${key} part ${number}`, checksum, answer.headers['x-amz-checksum-sha256']);
  return { etag: answer.headers.etag ?? '', digest };
}

async function complete(
  call: BucketCall,
  key: string,
  uploadId: string,
  size: number,
  parts: readonly Part[],
): Promise<ObjectInfo> {
  const list = parts.map(
    ({ etag, digest }, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag><ChecksumSHA256>${digest.toString('base64')}</ChecksumSHA256></Part>`,
  );
  const sent = await call('POST', key, {
    query: { uploadId },
    body: Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`),
  });
  const text = (
    await readBody(sent.answer).catch(async (error: unknown) => {
      // An earlier try may have done it although its answer was lost.
      const gone = error instanceof WireError && error.code === 'NoSuchUpload' && sent.tries > 1;
      const { answer } = gone ? await call('HEAD', key) : { answer: undefined };
      answer?.drop();
      if (answer?.status === 200 && Number(answer.headers['content-length']) === size)
        return Buffer.from(`<ETag>${answer.headers.etag}</ETag>`);
      throw error;
    })
  ).toString('utf8');
  // S3 may say 200 and then an error in the body.
  if (text.includes('<Error>')) throw new WireError(500, text);
  const whole = createHash('sha256')
    .update(Buffer.concat(parts.map(part => part.digest)))
    .digest('base64');
  verify(key, whole, xmlField(text, 'ChecksumSHA256').replace(/-\d+$/, '') || undefined);
  return { key, size, etag: xmlField(text, 'ETag'), lastModified: new Date() };
}

function verify(what: string, sent: string, stored: string | undefined): void {
  if (stored !== undefined && stored !== sent)
    throw new Error(`${what}: stored with the checksum ${stored}, and ${sent} was sent`);
}
