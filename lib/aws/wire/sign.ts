import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { Keys } from './credentials.ts';

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
export function sign(request: ToSign, keys: Keys, now: Date): Record<string, string> {
  const amzDate = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-date': amzDate,
    'x-amz-content-sha256': request.payload,
    ...(keys.sessionToken ? { 'x-amz-security-token': keys.sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const path = request.service === 's3' ? request.path : request.path.split('/').map(encode).join('/');
  const canonical = [
    request.method,
    path,
    queryText(request.query),
    names.map(name => `${name}:${headers[name]!.trim()}\n`).join(''),
    signedHeaders,
    request.payload,
  ].join('\n');
  const date = amzDate.slice(0, 8);
  const scope = `${date}/${request.region}/${request.service}/aws4_request`;
  const key = signingKey(keys.secretAccessKey, date, request.region, request.service);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope, sha256Hex(canonical)].join('\n')).toString(
    'hex',
  );
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

let known: { readonly of: string; readonly key: KeyObject } | undefined;

/** A day's key for a service; the last one is kept, for it is four of the five HMACs that a request costs. */
function signingKey(secret: string, date: string, region: string, service: string): KeyObject {
  const of = [secret, date, region, service].join(' ');
  if (known?.of === of) return known.key;
  const bytes = ['aws4_request', service, region, date].reduceRight<string | Buffer>(
    (made, text) => hmac(made, text),
    `AWS4${secret}`,
  ) as Buffer;
  // Made once: a key out of bytes costs as much as the HMAC.
  const key = createSecretKey(bytes);
  known = { of, key };
  return key;
}

/** A query as it is signed and sent. */
export const queryText = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    // By name, then: `a-b=` would come before `a=` otherwise.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(pair => pair.join('='))
    .join('&');

export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
export const sha256Hex = (data: string | Buffer): string => hash('sha256', data, 'hex');
const hmac = (key: string | Buffer | KeyObject, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
