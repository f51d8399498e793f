import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { VerifiedSignature } from './authenticate.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { sha256Hex } from './canonical.ts';
import { AwsError, type SignedRequest } from './service.ts';

export interface BodyOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly payloadHash: string;
  readonly signature: VerifiedSignature;
  /** Called when the first byte is asked for: the place to say "100 Continue". */
  readonly onStart: () => void;
}

/** The body of a request whose head is verified. What the head promised about the body is verified while it streams. Throws AwsError at once when the promise is of no known kind. */
export function signedBody(
  http: IncomingMessage,
  options: BodyOptions,
): Pick<SignedRequest, 'body' | 'trailers' | 'payloadSha256'> {
  const trailers: Record<string, string> = {};
  const { payloadHash } = options;
  const whole = isShort(http) ? inOnePiece(http, options) : undefined;
  const isPlain = payloadHash === 'UNSIGNED-PAYLOAD' || isSha256(payloadHash);
  const body = whole && isPlain ? whole : decoded(whole ?? started(http, options.onStart), options, trailers);
  return { body, trailers, ...(isSha256(payloadHash) ? { payloadSha256: payloadHash } : {}) };
}

const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** Reads a whole body. Throws AwsError when it is longer than `limit` bytes. */
export async function readWhole(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > limit) {
      throw new AwsError('RequestEntityTooLarge', 413, `The request body is longer than ${limit} bytes.`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function decoded(
  source: AsyncIterable<Buffer>,
  options: BodyOptions,
  trailers: Record<string, string>,
): AsyncIterable<Buffer> {
  const { payloadHash, headers } = options;
  if (payloadHash === 'UNSIGNED-PAYLOAD') return source;
  if (isSha256(payloadHash)) return hashed(source, payloadHash);
  const match = /^STREAMING-(?:(AWS4-HMAC-SHA256-PAYLOAD)(-TRAILER)?|(UNSIGNED-PAYLOAD)(-TRAILER))$/.exec(
    payloadHash,
  );
  if (!match) {
    const message =
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.';
    throw new AwsError('InvalidArgument', 400, message, {
      ArgumentName: 'x-amz-content-sha256',
      ArgumentValue: payloadHash,
    });
  }
  const decodedLength = headers['x-amz-decoded-content-length'];
  if (decodedLength === undefined || !/^\d+$/.test(decodedLength)) {
    const message = 'You must provide the x-amz-decoded-content-length HTTP header.';
    throw new AwsError('MissingContentLength', 411, message);
  }
  const announced = payloadHash.endsWith('-TRAILER') ? (headers['x-amz-trailer'] ?? '') : '';
  return decodeAwsChunked(source, {
    ...(match[1] ? { signed: options.signature } : {}),
    announced: announced
      .toLowerCase()
      .split(',')
      .map(name => name.trim())
      .filter(Boolean),
    decodedLength: Number(decodedLength),
    onTrailer: (name, value) => {
      trailers[name] = value;
    },
  });
}

/** Bodies that are announced with at most so many bytes are taken in one piece: a stream costs more than they do. */
const onePiece = 64 * 1024;

const isShort = (http: IncomingMessage): boolean =>
  Number(http.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= onePiece;

async function* inOnePiece(
  http: IncomingMessage,
  { onStart, payloadHash }: BodyOptions,
): AsyncGenerator<Buffer> {
  onStart();
  const whole = await collected(http);
  if (!http.complete) throw cutShort();
  if (isSha256(payloadHash)) checkHash(sha256Hex(whole), payloadHash);
  yield whole;
}

async function* started(http: IncomingMessage, onStart: () => void): AsyncGenerator<Buffer> {
  onStart();
  // Not `yield* http`: leaving that early would destroy the socket, and the error could not be answered.
  for await (const piece of http.iterator({ destroyOnReturn: false })) yield piece as Buffer;
  if (!http.complete) throw cutShort();
}

function collected(http: IncomingMessage): Promise<Buffer> {
  return new Promise((done, fail) => {
    const pieces: Buffer[] = [];
    http.on('data', (piece: Buffer) => pieces.push(piece));
    http.once('error', fail);
    // After the end, and where the connection went before it.
    http.once('close', () => done(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)));
  });
}

const cutShort = (): AwsError =>
  new AwsError('IncompleteBody', 400, 'The connection ended before the body did.');

async function* hashed(source: AsyncIterable<Buffer>, expected: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of source) {
    hash.update(piece);
    yield piece;
  }
  checkHash(hash.digest('hex'), expected);
}

function checkHash(actual: string, expected: string): void {
  if (actual === expected) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new AwsError('XAmzContentSHA256Mismatch', 400, message, {
    ClientComputedContentSHA256: expected,
    S3ComputedContentSHA256: actual,
  });
}
