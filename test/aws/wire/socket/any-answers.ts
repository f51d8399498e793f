import fc from 'fast-check';

const letters = (from: string, most: number) =>
  fc
    .array(fc.constantFrom(...from), { minLength: 1, maxLength: most })
    .map(characters => characters.join(''));
const framing = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'trailer',
]);
const name = letters("abcXYZ019-_.!#$%&'*+^`|~", 12).filter(text => !framing.has(text.toLowerCase()));
const blank = fc.constantFrom('', ' ', '\t', ' \t ');
const value = fc.oneof(
  fc.constant(''),
  letters(
    Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code))
      .filter(text => /[\x21-\x7e\x80-\xff]/.test(text))
      .join(''),
    20,
  ),
  letters('ab ,;=":\t', 20).map(text => text.replace(/^[ \t]+|[ \t]+$/g, '')),
);
const header = fc
  .tuple(name, blank, value, blank)
  .map(([key, before, text, after]) => `${key}:${before}${text}${after}\r\n`);
const headers = fc.array(header, { maxLength: 6 });
/** A short body. */
export const small = fc.uint8Array({ maxLength: 60 });
const body = fc.oneof(
  small,
  fc.integer({ min: 0, max: 200_000 }).map(length => Buffer.alloc(length, 'a piece of a body\r\n')),
);
const status = fc.oneof(fc.constantFrom(200, 204, 206, 304, 404, 503), fc.integer({ min: 200, max: 599 }));

export interface Made {
  readonly method: string;
  readonly bytes: Buffer;
  readonly isKept: boolean;
}

const hasBody = (method: string, code: number): boolean => method !== 'HEAD' && code !== 204 && code !== 304;

/** A body in chunks of these sizes, with what may be beside their lengths and behind the last. */
function inChunks(
  bytes: Buffer,
  sizes: readonly number[],
  extension: string,
  trailers: readonly string[],
): Buffer {
  const parts: Buffer[] = [];
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const part = bytes.subarray(from, from + sizes[i % sizes.length]!);
    const size = part.length.toString(16);
    parts.push(
      Buffer.from(`${i % 2 ? size.toUpperCase() : `0${size}`}${extension}\r\n`),
      part,
      Buffer.from('\r\n'),
    );
    from += part.length;
  }
  return Buffer.concat([...parts, Buffer.from(`0${extension}\r\n${trailers.join('')}\r\n`, 'latin1')]);
}

/** An answer as a server may give it. */
export const answerOf = (bodies: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Made> =>
  fc
    .record({
      method: fc.constantFrom('GET', 'GET', 'HEAD', 'PUT', 'DELETE'),
      interim: fc.array(
        fc.constantFrom('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
        { maxLength: 2 },
      ),
      minor: fc.constantFrom('1', '1', '1', '0'),
      status,
      reason: fc.constantFrom(' OK', ' ', ' Not \xe9 quite', ''),
      headers,
      end: fc.constantFrom('length', 'chunks', 'close'),
      says: fc.constantFrom('', 'Connection: keep-alive\r\n', 'connection: Close\r\n'),
      body: bodies,
      sizes: fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 4 }),
      extension: fc.constantFrom('', ';a', ';a=b', ';a="b c";d'),
      trailers: fc.array(header, { maxLength: 2 }),
    })
    .map(made => {
      const { method, interim, minor, reason, end, says, sizes, extension, trailers } = made;
      const bytes = Buffer.from(made.body);
      const isIn = hasBody(method, made.status);
      const frame =
        end === 'length'
          ? `Content-Length: ${bytes.length}\r\n`
          : end === 'chunks'
            ? 'Transfer-Encoding: chunked\r\n'
            : '';
      const head = `${interim.join('')}HTTP/1.${minor} ${made.status}${reason}\r\n${made.headers.join('')}${says}${frame}\r\n`;
      const sent = end === 'chunks' ? inChunks(bytes, sizes, extension, trailers) : bytes;
      const isAlive = minor === '1' ? !/close/i.test(says) : /keep-alive/.test(says);
      return {
        method,
        bytes: Buffer.concat([Buffer.from(head, 'latin1'), isIn ? sent : Buffer.alloc(0)]),
        isKept: isAlive && (end !== 'close' || !isIn),
      };
    });
/** One of any length. */
export const answer = answerOf(body);
/** Where its bytes are cut into pieces. */
export const cuts = fc.array(fc.nat(200_000), { maxLength: 5 });
/** How its body is read. */
export const how = fc.constantFrom('bytes' as const, 'stream' as const);
