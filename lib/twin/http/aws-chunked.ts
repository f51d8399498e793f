import { createHash } from 'node:crypto';
import type { VerifiedSignature } from './authenticate.ts';
import { sameText, signatureMismatch } from './authenticate.ts';
import { ByteReader } from './byte-reader.ts';
import { hmac, sha256Hex } from './canonical.ts';
import { AwsError } from './service.ts';

export interface ChunkedOptions {
  /** Chunks carry signatures that continue this one; undefined for STREAMING-UNSIGNED-PAYLOAD-TRAILER. */
  readonly signed?: VerifiedSignature;
  /** The trailer names that the head announced (x-amz-trailer), lower case. */
  readonly announced: readonly string[];
  /** x-amz-decoded-content-length. */
  readonly decodedLength: number;
  readonly onTrailer: (name: string, value: string) => void;
}

const longestLine = 8192;
/** Of a chunk behind which another one comes. */
const shortestChunk = 8192;
const emptyHash = sha256Hex('');

/** Takes the aws-chunked framing off a body. Throws AwsError after the last byte at the latest when a signature, the length or a trailer is wrong. */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  options: ChunkedOptions,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source, incomplete);
  let previous = options.signed?.signature ?? '';
  let total = 0;
  let before: number | undefined;
  for (let count = 1; ; count++) {
    const { size, signature } = chunkHead(await reader.line(longestLine), options.signed !== undefined);
    if (size > 0 && before !== undefined && before < shortestChunk) throw tooShortChunk(count, before);
    before = size;
    total += size;
    if (total > options.decodedLength) throw incomplete();
    const hash = options.signed ? createHash('sha256') : undefined;
    for (let left = size; left > 0; ) {
      const piece = await reader.some(left);
      left -= piece.length;
      hash?.update(piece);
      yield piece;
    }
    if (options.signed && hash) {
      const digest = hash.digest('hex');
      const { key, amzDate, scope } = options.signed;
      const text = ['AWS4-HMAC-SHA256-PAYLOAD', amzDate, scope, previous, emptyHash, digest].join('\n');
      previous = hmac(key, text).toString('hex');
      if (!sameText(previous, signature)) throw signatureMismatch();
    }
    if (size === 0) break;
    if ((await reader.line(2)) !== '') throw incomplete();
  }
  await readTrailers(reader, options, previous);
  if (total !== options.decodedLength) throw incomplete();
}

function chunkHead(line: string, signed: boolean): { size: number; signature: string } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (!match?.[1] || (signed && !match[2])) throw incomplete();
  return { size: Number.parseInt(match[1], 16), signature: match[2] ?? '' };
}

async function readTrailers(reader: ByteReader, options: ChunkedOptions, previous: string): Promise<void> {
  const seen = new Map<string, string>();
  const wanted = options.signed && options.announced.length > 0 ? 'x-amz-trailer-signature' : undefined;
  for (;;) {
    const line = await reader.lastLine(longestLine);
    // AWS's guide ends the trailers with a line of their own before the signature; its SDKs do not.
    if (line === '' && wanted !== undefined && !seen.has(wanted)) continue;
    if (!line) break;
    const colon = line.indexOf(':');
    if (colon < 1) throw malformedTrailer();
    seen.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const signature = seen.get('x-amz-trailer-signature');
  seen.delete('x-amz-trailer-signature');
  for (const name of options.announced) if (!seen.has(name)) throw malformedTrailer();
  for (const name of seen.keys()) if (!options.announced.includes(name)) throw malformedTrailer();
  if (options.signed && options.announced.length > 0) {
    const { key, amzDate, scope } = options.signed;
    const text = [...seen].map(([name, value]) => `${name}:${value}\n`).join('');
    const expected = ['AWS4-HMAC-SHA256-TRAILER', amzDate, scope, previous, sha256Hex(text)].join('\n');
    if (!sameText(hmac(key, expected).toString('hex'), signature ?? '')) throw signatureMismatch();
  }
  for (const [name, value] of seen) options.onTrailer(name, value);
}

function incomplete(): AwsError {
  return new AwsError(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length or x-amz-decoded-content-length header.',
  );
}

/** Clients that send a stream's pieces as they come meet it on AWS; so they should here. */
function tooShortChunk(count: number, size: number): AwsError {
  const message = `Only the last chunk is allowed to have a size less than ${shortestChunk} bytes`;
  return new AwsError('InvalidChunkSizeError', 403, message, {
    Chunk: String(count),
    BadChunkSize: String(size),
  });
}

function malformedTrailer(): AwsError {
  const message =
    'The request contained trailing data that was not well-formed or did not conform to our published schema.';
  return new AwsError('MalformedTrailerError', 400, message);
}
