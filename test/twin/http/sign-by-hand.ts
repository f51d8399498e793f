import { createHash, createHmac } from 'node:crypto';
import { encodeStrict, hmac, sha256Hex, signingKey } from '../../../lib/twin/http/canonical.ts';

export const keyId = 'AKIDTEST';
export const secret = 'test-secret';
const emptyHash = sha256Hex('');

/** A request before it is signed. */
export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly payloadHash?: string;
  readonly service?: string;
  readonly date?: Date;
  readonly keyId?: string;
  readonly secret?: string;
}

/** A request as it goes over the wire. */
export interface Signed {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Signs as an SDK does, in the Authorization header. */
export function signed(port: number, sent: Sent): Signed {
  const method = sent.method ?? 'GET';
  const service = sent.service ?? 's3';
  const amzDate = amz(sent.date ?? new Date());
  const scope = `${amzDate.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const path = encodeStrict(sent.path ?? '/bucket/key', true);
  const hash = sent.payloadHash ?? sha256Hex(sent.body ?? '');
  const headers: Record<string, string> = {
    host: `127.0.0.1:${port}`,
    'x-amz-date': amzDate,
    ...(service === 's3' ? { 'x-amz-content-sha256': hash } : {}),
    ...sent.headers,
  };
  const names = Object.keys(headers).sort();
  const query = Object.entries(sent.query ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`)
    .join('&');
  const canonical = [
    method,
    service === 's3' ? path : encodeStrict(path, true),
    query,
    ...names.map(name => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    hash,
  ].join('\n');
  const key = signingKey(sent.secret ?? secret, amzDate.slice(0, 8), 'us-east-1', service);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256Hex(canonical)}`).toString(
    'hex',
  );
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${sent.keyId ?? keyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return {
    method,
    path: query ? `${path}?${query}` : path,
    headers,
    ...(sent.body === undefined ? {} : { body: sent.body }),
  };
}

/** An address that whoever has it may GET until it expires. */
export function presigned(port: number, expires: number, date: Date): string {
  const amzDate = amz(date);
  const scope = `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeStrict(`${keyId}/${scope}`)}`,
    `X-Amz-Date=${amzDate}`,
    `X-Amz-Expires=${expires}`,
    'X-Amz-SignedHeaders=host',
  ].join('&');
  const canonical = `GET\n/bucket/key\n${query}\nhost:127.0.0.1:${port}\n\nhost\nUNSIGNED-PAYLOAD`;
  const key = signingKey(secret, amzDate.slice(0, 8), 'us-east-1', 's3');
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256Hex(canonical)}`).toString(
    'hex',
  );
  return `/bucket/key?${query}&X-Amz-Signature=${signature}`;
}

/** An upload in aws-chunked, each chunk signed after the one before it. */
export function chunkedUpload(port: number, chunks: string[], trailers: Record<string, string>) {
  const names = Object.keys(trailers);
  const request = signed(port, {
    method: 'PUT',
    payloadHash: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${names.length > 0 ? '-TRAILER' : ''}`,
    headers: {
      'x-amz-decoded-content-length': String(chunks.join('').length),
      ...(names.length > 0 ? { 'x-amz-trailer': names.join(',') } : {}),
    },
  });
  const amzDate = request.headers['x-amz-date'] ?? '';
  const scope = `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = signingKey(secret, amzDate.slice(0, 8), 'us-east-1', 's3');
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('hex');
  let previous = /Signature=([0-9a-f]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  let body = '';
  for (const chunk of [...chunks, '']) {
    const hash = createHash('sha256').update(chunk).digest('hex');
    previous = sign(`AWS4-HMAC-SHA256-PAYLOAD\n${amzDate}\n${scope}\n${previous}\n${emptyHash}\n${hash}`);
    body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk ? '\r\n' : ''}`;
  }
  const text = names.map(name => `${name}:${trailers[name]}\n`).join('');
  if (names.length > 0) {
    previous = sign(`AWS4-HMAC-SHA256-TRAILER\n${amzDate}\n${scope}\n${previous}\n${sha256Hex(text)}`);
    body += `${text.replaceAll('\n', '\r\n')}x-amz-trailer-signature:${previous}\r\n`;
  }
  return { ...request, body: `${body}\r\n` };
}

function amz(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}
