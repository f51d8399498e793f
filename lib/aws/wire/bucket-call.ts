import type { CredentialSource } from './credentials.ts';
import { awsEndpoint } from './endpoints.ts';
import { readBody, type Sent, send } from './http.ts';
import { encodeKey, queryText, sha256Hex, sign } from './sign.ts';
import type { WireRequest } from './socket/outgoing.ts';

export interface BucketOptions {
  readonly bucket: string;
  readonly region: string;
  /** Undefined: the bucket is public, and requests are not signed. */
  readonly credentials?: CredentialSource;
  /** The twin's address; path style then. */
  readonly endpoint?: string;
  readonly requesterPays?: boolean;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: WireRequest['body'];
  readonly contentLength?: number;
  /** Hex SHA-256 of a streamed body. */
  readonly payload?: string;
}

/** One request to a bucket; the key is empty for the bucket itself. */
export type BucketCall = (method: string, key: string, options?: CallOptions) => Promise<Sent>;

/** One request as it would be sent; signed anew whenever its headers are asked for. */
export type BucketRequest = (method: string, key: string, options?: CallOptions) => WireRequest;

/** Requests to one bucket, signed where there is somebody to sign as. */
export const bucketCall = (options: BucketOptions): BucketCall => bucketWire(options).call;

/** The same, and the requests themselves for who sends them another way. */
export function bucketWire(options: BucketOptions): {
  readonly call: BucketCall;
  readonly request: BucketRequest;
} {
  const { origin, host, prefix } = address(options);
  // S3 refuses signatures that are 15 minutes off; its own Date says by how much this machine's clock is.
  let aheadMs = 0;
  const request: BucketRequest = (
    method,
    key,
    { query = {}, headers = {}, body, contentLength, payload } = {},
  ) => {
    const path = key === '' ? prefix || '/' : `${prefix}/${encodeKey(key)}`;
    const text = queryText(query);
    const all = { ...headers, ...(options.requesterPays ? { 'x-amz-request-payer': 'requester' } : {}) };
    const toSign = {
      method,
      host,
      path,
      query,
      headers: all,
      payload: payload ?? (body === undefined ? emptySha256 : sha256Hex(Buffer.isBuffer(body) ? body : '')),
      region: options.region,
      service: 's3',
    };
    return {
      origin,
      target: text === '' ? path : `${path}?${text}`,
      method,
      ...(body === undefined ? {} : { body }),
      ...(contentLength === undefined ? {} : { contentLength }),
      headers: async () =>
        options.credentials
          ? sign(toSign, await options.credentials(), new Date(Date.now() + aheadMs))
          : { ...all, host },
    };
  };
  const call: BucketCall = async (method, key, callOptions) => {
    const first = await send(request(method, key, callOptions));
    const theirs = Date.parse(first.answer.headers.date ?? '');
    if (first.answer.status !== 403 || !(Math.abs(theirs - Date.now() - aheadMs) > skewMs)) return first;
    aheadMs = theirs - Date.now();
    await readBody(first.answer).catch(() => undefined);
    return send(request(method, key, callOptions));
  };
  return { call, request };
}

const skewMs = 4 * 60_000;
const emptySha256 = sha256Hex('');

/** The bucket's own host on AWS; its path on another endpoint, and where dots in its name break TLS's wildcard. */
function address({ bucket, region, endpoint }: BucketOptions): {
  origin: string;
  host: string;
  prefix: string;
} {
  const base = new URL(endpoint ?? awsEndpoint('s3', region));
  if (endpoint !== undefined || bucket.includes('.'))
    return { origin: base.origin, host: base.host, prefix: `/${bucket}` };
  const host = `${bucket}.${base.host}`;
  return { origin: `https://${host}`, host, prefix: '' };
}
