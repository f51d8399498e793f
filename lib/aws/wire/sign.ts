import { createHmac, hash } from 'node:crypto';
import type { SigningKeys } from './credentials.ts';

export interface ToSign {
  readonly method: string;
  readonly host: string;
  /** Percent-encoded as it is sent. */
  readonly path: string;
  /** Encoded pairs, sorted by the signer. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body, or UNSIGNED-PAYLOAD. */
  readonly payload: string;
  readonly region: string;
  readonly service: string;
}

/** The headers of a request, signed by SigV4. Source: AWS's SigV4 reference. */
export function sign(request: ToSign, keys: SigningKeys, now: Date): Record<string, string> {
  const amzDate = amzDateOf(now);
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-date': amzDate,
    'x-amz-content-sha256': request.payload,
    ...(keys.sessionToken ? { 'x-amz-security-token': keys.sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const path = request.service === 's3' ? request.path : encodeKey(request.path);
  let lines = '';
  for (const name of names) lines += `${name}:${headers[name]!.trim()}\n`;
  const canonical = `${request.method}\n${path}\n${queryText(request.query)}\n${lines}\n${signedHeaders}\n${request.payload}`;
  const date = amzDate.slice(0, 8);
  const scope = `${date}/${request.region}/${request.service}/aws4_request`;
  const key = signingKey(keys.secretAccessKey, date, request.region, request.service);
  const signature = key(`AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256Hex(canonical)}`);
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

let second = { at: -1, text: '' };

/** `20130524T000000Z`. Requests of one second share it. */
function amzDateOf(now: Date): string {
  const at = Math.floor(now.getTime() / 1000);
  if (at !== second.at) second = { at, text: now.toISOString().replace(/[-:]|\.\d{3}/g, '') };
  return second.text;
}

/** The HMAC-SHA-256 of a text by one key, in hex. */
type Signer = (text: string) => string;

let known: { readonly of: string; readonly key: Signer } | undefined;

/** A day's key for a service; the last one is kept, for it is four of the five HMACs that a request costs. */
function signingKey(secret: string, date: string, region: string, service: string): Signer {
  const of = `${secret} ${date} ${region} ${service}`;
  if (known?.of === of) return known.key;
  const bytes = ['aws4_request', service, region, date].reduceRight<string | Buffer>(
    (made, text) => createHmac('sha256', made).update(text).digest(),
    `AWS4${secret}`,
  ) as Buffer;
  const key = signerBy(bytes);
  known = { of, key };
  return key;
}

const blockBytes = 64;

/**
 * HMAC written out (RFC 2104) for a key of 32 bytes, and texts of ASCII: two digests in one call each cost half of an object of
 * Node's that does it.
 */
function signerBy(key: Buffer): Signer {
  const pad = (bytes: Buffer, byte: number): Buffer => {
    for (let i = 0; i < blockBytes; i++) bytes[i] = byte ^ (key[i] ?? 0);
    return bytes;
  };
  const outer = pad(Buffer.alloc(blockBytes + 32), 0x5c);
  let inner = pad(Buffer.alloc(blockBytes + 256), 0x36);
  return text => {
    if (blockBytes + text.length > inner.length) inner = pad(Buffer.alloc(blockBytes + text.length), 0x36);
    inner.write(text, blockBytes, 'latin1');
    outer.write(hash('sha256', inner.subarray(0, blockBytes + text.length), 'hex'), blockBytes, 'hex');
    return hash('sha256', outer, 'hex');
  };
}

/** A query as it is signed and sent. */
export function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query);
  if (pairs.length === 0) return '';
  return (
    pairs
      .map(([name, value]) => [encode(name), encode(value)] as const)
      // By name, then: `a-b=` would come before `a=` otherwise.
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(pair => pair.join('='))
      .join('&')
  );
}

const unreserved = /^[A-Za-z0-9_.~-]*$/;

export const encode = (text: string): string =>
  unreserved.test(text)
    ? text
    : encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const isPlainKey = /^[A-Za-z0-9_.~/-]*$/;

/** A key in a path: its slashes stay. */
export const encodeKey = (key: string): string =>
  isPlainKey.test(key) ? key : key.split('/').map(encode).join('/');
export const sha256Hex = (data: string | Buffer): string => hash('sha256', data, 'hex');
