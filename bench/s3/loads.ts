import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { queryText, sha256Hex, sign } from '../../lib/aws/wire/sign.ts';
import type { Prepared } from './load.ts';
import { keys } from './servers.ts';

/** One kind of work; they are done in their order, for a GET needs the PUT before it. */
export interface Load {
  readonly what: string;
  readonly unit: 'objects/s' | 'MB/s';
  /** How much there is of the unit, for one second. */
  readonly work: number;
  /** That the server has on its disk at once for it, more or less. */
  readonly bytes: number;
  readonly connections: number;
  /** Signed, so made shortly before they are sent. */
  requests(port: number): readonly Prepared[];
}

export const bucket = 'bench';
const small = { objects: 8000, bytes: 8 * 1024, connections: 8 };
/** Each of the keys is written again and again: room is given back as fast as it is taken. */
const large = { objects: 8, keys: 4, bytes: 256 * 1024 * 1024, connections: 2 };

export const described = `S3, warmed up: ${small.objects} objects of ${small.bytes / 1024} KiB by ${small.connections} connections; ${large.objects} of ${large.bytes / 2 ** 20} MiB by ${large.connections}`;

const largeKey = (index: number): string => `large/${index % large.keys}`;

export const createBucket = (port: number): Prepared => request(port, 'PUT', '', []);

/** What is sent before the clock runs: every server that is compiled as it runs is slow at first. */
export function warmUp(port: number): Prepared[] {
  const body = randomBytes(small.bytes);
  const headers = { 'x-amz-checksum-crc32': base64(crc32(body)) };
  const keys = Array.from({ length: small.objects / 2 }, (_, i) => `warm/${i % 40}/${i}`);
  const piece = randomBytes(1024 * 1024);
  const whole = Array.from({ length: large.bytes / piece.length }, () => piece);
  return [
    ...keys.map(key => request(port, 'PUT', key, [body], headers, sha256Hex(body))),
    ...keys.map(key => request(port, 'GET', key, [])),
    ...many(large.keys, i => request(port, 'PUT', largeKey(i), whole)),
  ];
}

/** Random bytes each time: what one run leaves is no use to the next. */
export function loads(): Load[] {
  const bodies = Array.from({ length: small.objects }, () => randomBytes(small.bytes));
  const piece = randomBytes(1024 * 1024);
  const largeBody = Array.from({ length: large.bytes / piece.length }, () => piece);
  const largeSum = largeBody.reduce((sum, each) => crc32(each, sum), 0);
  const hash = createHash('sha256');
  for (const each of largeBody) hash.update(each);
  const digest = hash.digest();
  const key = (index: number): string => `small/${index % 40}/${index}`;
  const get = (port: number, name: string, sum: number): Prepared => ({
    ...request(port, 'GET', name, []),
    crc32: sum,
  });
  const smalls = {
    unit: 'objects/s',
    work: small.objects,
    bytes: 4 * small.objects * small.bytes,
    connections: small.connections,
  } as const;
  const larges = {
    unit: 'MB/s',
    work: (large.objects * large.bytes) / 1e6,
    bytes: 2 * large.bytes * large.connections,
    connections: large.connections,
  } as const;
  return [
    {
      what: 'small PUT',
      ...smalls,
      requests: port =>
        bodies.map((body, i) => {
          const headers = { 'x-amz-checksum-crc32': base64(crc32(body)) };
          return request(port, 'PUT', key(i), [body], headers, sha256Hex(body));
        }),
    },
    {
      what: 'small GET',
      ...smalls,
      requests: port => bodies.map((body, i) => get(port, key(i), crc32(body))),
    },
    {
      what: 'large PUT, CRC32',
      ...larges,
      requests: port =>
        many(large.objects, i =>
          request(port, 'PUT', largeKey(i), largeBody, { 'x-amz-checksum-crc32': base64(largeSum) }),
        ),
    },
    {
      what: 'large PUT, SHA-256',
      ...larges,
      requests: port =>
        many(large.objects, i => {
          const headers = { 'x-amz-checksum-sha256': digest.toString('base64') };
          return request(port, 'PUT', largeKey(i), largeBody, headers, digest.toString('hex'));
        }),
    },
    {
      what: 'large GET',
      ...larges,
      requests: port => many(large.objects, i => get(port, largeKey(i), largeSum)),
    },
  ];
}

/** A request of the bench's bucket, signed. */
export function request(
  port: number,
  method: string,
  key: string,
  body: readonly Buffer[],
  headers: Record<string, string> = {},
  payload = 'UNSIGNED-PAYLOAD',
  query: Readonly<Record<string, string>> = {},
): Prepared {
  const path = key === '' ? `/${bucket}` : `/${bucket}/${key}`;
  const length = body.reduce((sum, each) => sum + each.length, 0);
  const signed = sign(
    {
      method,
      host: `127.0.0.1:${port}`,
      path,
      query,
      headers: { ...headers, ...(method === 'PUT' ? { 'content-length': String(length) } : {}) },
      payload,
      region: 'us-east-1',
      service: 's3',
    },
    keys,
    new Date(),
  );
  const lines = Object.entries(signed).map(([header, value]) => `${header}: ${value}\r\n`);
  const target = Object.keys(query).length === 0 ? path : `${path}?${queryText(query)}`;
  return { head: Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`), body };
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

export function base64(sum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum >>> 0);
  return bytes.toString('base64');
}
