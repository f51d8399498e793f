import { request as httpRequest } from 'node:http';
import { encodeStrict, hmac, sha256Hex, signingKey } from '../../../lib/twin/http/canonical.ts';
import { keys } from './helper.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  /** As it goes over the wire, percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Sent, though nobody signed them. */
  readonly unsigned?: Readonly<Record<string, string>>;
  /** Without a length. */
  readonly chunked?: boolean;
}

/** A request that no SDK would send, signed as it should be. */
export function sendRaw(url: string, sent: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', path, body = '' } = sent;
  const { host, hostname, port } = new URL(url);
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const given = Object.entries(sent.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const headers: Record<string, string> = {
    host,
    'x-amz-date': amzDate,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    ...Object.fromEntries(given),
  };
  const names = Object.keys(headers).sort();
  const query = queryOf(Object.entries(sent.query ?? {}));
  const canonical = [
    method,
    encodeStrict(decodeURIComponent(path), true),
    query,
    ...names.map(name => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = scopeOf(amzDate);
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signatureOf(amzDate, canonical)}`;
  const length = sent.chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        method,
        path: query ? `${path}?${query}` : path,
        headers: { ...headers, ...length, authorization, ...sent.unsigned },
      },
      response => {
        const chunks: Buffer[] = [];
        response.on('error', reject);
        response.on('data', chunk => chunks.push(chunk as Buffer));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          });
          request.destroy();
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** An address that holds for a minute. */
export function presign(
  url: string,
  method: string,
  path: string,
  more: Readonly<Record<string, string>> = {},
) {
  const { host } = new URL(url);
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const query = queryOf([
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${keys.accessKeyId}/${scopeOf(amzDate)}`],
    ['X-Amz-Date', amzDate],
    ['X-Amz-Expires', '60'],
    ['X-Amz-SignedHeaders', 'host'],
    ...Object.entries(more),
  ]);
  const canonical = `${method}\n${path}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
  return `${url}${path}?${query}&X-Amz-Signature=${signatureOf(amzDate, canonical)}`;
}

/** How it failed, as `Code status`; the status alone where it did not. */
export const outcome = ({ status, body }: RawAnswer): string =>
  [/<Code>(.*?)<\/Code>/.exec(body)?.[1], status].filter(Boolean).join(' ');

const queryOf = (pairs: readonly (readonly [string, string])[]): string =>
  pairs
    .map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`)
    .sort()
    .join('&');

const scopeOf = (amzDate: string): string => `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;

function signatureOf(amzDate: string, canonical: string): string {
  const key = signingKey(keys.secretAccessKey, amzDate.slice(0, 8), 'us-east-1', 's3');
  const text = `AWS4-HMAC-SHA256\n${amzDate}\n${scopeOf(amzDate)}\n${sha256Hex(canonical)}`;
  return hmac(key, text).toString('hex');
}
