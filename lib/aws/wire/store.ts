import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ObjectInfo, PutOptions, Store } from '../../spec/ports.ts';
import type { CredentialSource } from './credentials.ts';
import { type Answer, readBody, type Sent, send, WireError, type WireRequest } from './http.ts';
import { encode, queryText, sha256Hex, sign } from './sign.ts';

export interface WireStoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Undefined: the bucket is public, and requests are not signed. */
  readonly credentials?: CredentialSource;
  /** The twin's address; path style then. */
  readonly endpoint?: string;
  readonly requesterPays?: boolean;
}

const partBytes = 64 * 1024 * 1024;

/** A bucket for containers: the Store that lib/aws gives the CLI, in a few kilobytes and without the SDK's start-up time. */
export function wireStore(options: WireStoreOptions): Store {
  const call = caller(options);
  const head = async (key: string): Promise<ObjectInfo | undefined> => {
    const { answer } = await call('HEAD', key);
    answer.body.resume();
    if (answer.status === 404) return undefined;
    if (answer.status >= 300) throw new WireError(answer.status, '');
    return infoOf(key, answer);
  };
  const get = async (key: string, range?: readonly [number, number]): Promise<Buffer | undefined> => {
    if (range && range[0] >= range[1]) return Buffer.alloc(0);
    const { answer } = await call('GET', key, {
      headers: range ? { range: `bytes=${range[0]}-${range[1] - 1}` } : {},
    });
    return readBody(answer).catch(error => {
      if (error instanceof WireError && error.code === 'NoSuchKey') return undefined;
      throw error;
    });
  };
  const put = async (key: string, body: Buffer | string, putOptions: PutOptions = {}): Promise<boolean> => {
    const bytes = Buffer.from(body);
    const sent = await call('PUT', key, {
      body: bytes,
      headers: {
        'x-amz-checksum-sha256': createHash('sha256').update(bytes).digest('base64'),
        ...(putOptions.ifNoneMatch ? { 'if-none-match': '*' } : {}),
        ...(putOptions.contentType ? { 'content-type': putOptions.contentType } : {}),
      },
    });
    return concludePut(
      sent,
      putOptions,
      async () => (await get(key))?.equals(bytes),
      () => put(key, body, putOptions),
    );
  };
  return {
    bucket: options.bucket,
    get,
    put,
    head,
    list: (prefix, listOptions) => list(call, prefix, listOptions?.startAfter, listOptions?.limit),
    download: (key, path) => download(call, key, path),
    upload: (path, key) => upload(call, path, key),
  };
}

interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: WireRequest['body'];
  readonly contentLength?: number;
  /** Hex SHA-256 of a streamed body. */
  readonly payload?: string;
}
type Call = (method: string, key: string, options?: CallOptions) => Promise<Sent>;

function caller(store: WireStoreOptions): Call {
  const endpoint = store.endpoint ? new URL(store.endpoint) : undefined;
  const host = endpoint ? endpoint.host : `${store.bucket}.s3.${store.region}.amazonaws.com`;
  return (method, key, { query = {}, headers = {}, body, contentLength, payload } = {}) => {
    const path = `${endpoint ? `/${store.bucket}` : ''}/${key.split('/').map(encode).join('/')}`.replace(
      /^(\/[^/]+)\/$/,
      endpoint ? '$1' : '$&',
    );
    const text = queryText(query);
    const url = new URL(`${endpoint?.origin ?? `https://${host}`}${path}${text === '' ? '' : `?${text}`}`);
    const hash = payload ?? sha256Hex(Buffer.isBuffer(body) ? body : '');
    const all = { ...headers, ...(store.requesterPays ? { 'x-amz-request-payer': 'requester' } : {}) };
    return send({
      url,
      method,
      ...(body === undefined ? {} : { body }),
      ...(contentLength === undefined ? {} : { contentLength }),
      headers: async () =>
        store.credentials
          ? sign(
              { method, host, path, query, headers: all, payload: hash, region: store.region, service: 's3' },
              await store.credentials(),
              new Date(),
            )
          : { ...all, host },
    });
  };
}

/**
 * What a write's answer means. A conditional write that was sent twice may have met its own object; and 409 says that
 * another was under way: then what is there decides.
 */
async function concludePut(
  { answer, tries }: Sent,
  options: PutOptions,
  isMine: () => Promise<boolean | undefined>,
  again: () => Promise<boolean>,
): Promise<boolean> {
  if (options.ifNoneMatch && (answer.status === 412 || answer.status === 409)) {
    answer.body.resume();
    if (answer.status === 412 && tries === 1) return false;
    return (await isMine()) ?? again();
  }
  await readBody(answer);
  return true;
}

async function* list(
  call: Call,
  prefix: string,
  startAfter: string | undefined,
  limit = Number.POSITIVE_INFINITY,
): AsyncIterable<ObjectInfo> {
  let token: string | undefined;
  let left = limit;
  do {
    const query = {
      'list-type': '2',
      prefix,
      'encoding-type': 'url',
      ...(startAfter ? { 'start-after': startAfter } : {}),
      ...(token ? { 'continuation-token': token } : {}),
      ...(Number.isFinite(left) ? { 'max-keys': String(Math.min(1000, left)) } : {}),
    };
    const xml = (await readBody((await call('GET', '', { query })).answer)).toString('utf8');
    for (const [, object] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
      if (left-- <= 0) return;
      const field = (name: string): string =>
        unescapeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(object!)?.[1] ?? '');
      yield {
        key: decodeURIComponent(field('Key').replace(/\+/g, ' ')),
        size: Number(field('Size')),
        etag: field('ETag'),
        lastModified: new Date(field('LastModified')),
      };
    }
    token = /<NextContinuationToken>([^<]*)</.exec(xml)?.[1];
  } while (token && left > 0);
}

const unescapeXml = (text: string): string =>
  text
    .replace(/&(?:quot|#34|#x22);/g, '"')
    .replace(/&(?:apos|#39|#x27);/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

async function download(call: Call, key: string, path: string): Promise<ObjectInfo> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part-${process.pid}`;
  for (let attempt = 1; ; attempt++) {
    const { answer } = await call('GET', key, { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    if (answer.status >= 300) await readBody(answer);
    try {
      const hash = createHash('sha256');
      let size = 0;
      const measure = new Transform({
        transform(chunk: Buffer, _encoding, next) {
          hash.update(chunk);
          size += chunk.length;
          next(null, chunk);
        },
      });
      await pipeline(answer.body, measure, createWriteStream(part));
      const info = infoOf(key, answer);
      if (size !== info.size) throw new Error(`${key}: ${size} of ${info.size} bytes arrived`);
      const wanted =
        answer.headers['x-amz-checksum-type'] === 'COMPOSITE'
          ? undefined
          : answer.headers['x-amz-checksum-sha256'];
      if (wanted !== undefined && hash.digest('base64') !== wanted)
        throw new Error(`${key}: the bytes that arrived are not those that were stored`);
      await rename(part, path);
      return info;
    } catch (error) {
      await rm(part, { force: true });
      if (attempt === 3) throw error;
    }
  }
}

async function upload(call: Call, path: string, key: string): Promise<ObjectInfo> {
  const { size } = await stat(path);
  if (size > partBytes) return uploadParts(call, path, key, size);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const digest = hash.digest();
  const { answer } = await call('PUT', key, {
    body: () => createReadStream(path),
    contentLength: size,
    payload: digest.toString('hex'),
    headers: { 'x-amz-checksum-sha256': digest.toString('base64') },
  });
  await readBody(answer);
  return { key, size, etag: answer.headers.etag ?? '', lastModified: new Date() };
}

async function uploadParts(call: Call, path: string, key: string, size: number): Promise<ObjectInfo> {
  const bytes = Math.max(partBytes, Math.ceil(size / 10_000));
  const created = await readBody(
    (await call('POST', key, { query: { uploads: '' }, headers: { 'x-amz-checksum-algorithm': 'SHA256' } }))
      .answer,
  );
  const uploadId = unescapeXml(/<UploadId>([^<]+)</.exec(created.toString('utf8'))?.[1] ?? '');
  const file = await open(path, 'r');
  try {
    let parts = '';
    for (let number = 1; (number - 1) * bytes < size; number++) {
      const body = Buffer.alloc(Math.min(bytes, size - (number - 1) * bytes));
      await file.read(body, 0, body.length, (number - 1) * bytes);
      const checksum = createHash('sha256').update(body).digest('base64');
      const { answer } = await call('PUT', key, {
        query: { partNumber: String(number), uploadId },
        body,
        headers: { 'x-amz-checksum-sha256': checksum },
      });
      await readBody(answer);
      parts += `<Part><PartNumber>${number}</PartNumber><ETag>${answer.headers.etag}</ETag><ChecksumSHA256>${checksum}</ChecksumSHA256></Part>`;
    }
    const done = await readBody(
      (
        await call('POST', key, {
          query: { uploadId },
          body: Buffer.from(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`),
        })
      ).answer,
    );
    // S3 may say 200 and then an error in the body.
    if (done.includes('<Error>')) throw new WireError(500, done.toString('utf8'));
    return {
      key,
      size,
      etag: unescapeXml(/<ETag>([^<]*)</.exec(done.toString('utf8'))?.[1] ?? ''),
      lastModified: new Date(),
    };
  } catch (error) {
    await call('DELETE', key, { query: { uploadId } }).then(
      ({ answer }) => answer.body.resume(),
      () => undefined,
    );
    throw error;
  } finally {
    await file.close();
  }
}

function infoOf(key: string, answer: Answer): ObjectInfo {
  return {
    key,
    size: Number(answer.headers['content-length'] ?? 0),
    etag: answer.headers.etag ?? '',
    lastModified: new Date(answer.headers['last-modified'] ?? 0),
  };
}
