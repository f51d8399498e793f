import { hash } from 'node:crypto';

/** Percent-encodes the way Signature Version 4 wants it: everything but A-Z a-z 0-9 - . _ ~ (and `/` when asked). */
export function encodeStrict(text: string, keepSlash = false): string {
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll('%2F', '/') : encoded;
}

/** The name and value pairs of a raw query string, decoded; throws URIError when an escape is not UTF-8. */
export function parseQuery(rawQuery: string): [string, string][] {
  if (rawQuery === '') return [];
  return rawQuery
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const equals = part.indexOf('=');
      const name = equals < 0 ? part : part.slice(0, equals);
      return [decodePlus(name), equals < 0 ? '' : decodePlus(part.slice(equals + 1))];
    });
}

export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/** The canonical request of Signature Version 4. `path` is already in its canonical encoding. */
export function canonicalRequest(parts: CanonicalParts): string {
  const query = parts.query
    .map(([name, value]) => [encodeStrict(name), encodeStrict(value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = parts.signedHeaders.map(
    name => `${name}:${(parts.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  return [
    parts.method,
    parts.path,
    query,
    headers.join(''),
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
}

const signingKeys = new Map<string, Buffer>();

/** Four HMACs, the same for a day's requests: the last few are remembered. */
export function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const name = [secret, date, region, service].join('\n');
  const known = signingKeys.get(name);
  if (known) return known;
  const steps = [date, region, service, 'aws4_request'];
  const made = steps.reduce<Buffer>((key, step) => hmac(key, step), Buffer.from(`AWS4${secret}`));
  if (signingKeys.size >= 100) signingKeys.clear();
  signingKeys.set(name, made);
  return made;
}

/** HMAC-SHA256. Of createHmac's time most goes into the making of a key object, so it is two plain hashes (RFC 2104). */
export function hmac(key: Buffer, text: string): Buffer {
  const { inner, outer } = padded(key);
  const digest = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer');
  return hash('sha256', Buffer.concat([outer, digest]), 'buffer');
}

interface Padded {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** Of keys that are used again, as a day's signing key is. */
const paddedKeys = new WeakMap<Buffer, Padded>();

function padded(key: Buffer): Padded {
  const known = paddedKeys.get(key);
  if (known) return known;
  const block = Buffer.alloc(64);
  (key.length > 64 ? hash('sha256', key, 'buffer') : key).copy(block);
  const made = {
    inner: Buffer.from(block.map(byte => byte ^ 0x36)),
    outer: Buffer.from(block.map(byte => byte ^ 0x5c)),
  };
  paddedKeys.set(key, made);
  return made;
}

export function sha256Hex(data: string | Buffer): string {
  return hash('sha256', data, 'hex');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function decodePlus(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
