import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Answer } from './socket/answer.ts';
import { take } from './socket/connection.ts';
import { outgoing, type WireRequest } from './socket/outgoing.ts';

/** A socket that says nothing for this long is given up: a stalled body never ends by itself. */
const defaultIdleMs = 20_000;
const tries = 6;

/** An answer whose head has come. Its body is asked for in one of three ways, once. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
  /** All of it; rejects where it broke off. */
  bytes(): Promise<Buffer>;
  /** Nobody wants it. */
  drop(): void;
}

/** An answer that is an error, with its code and text. */
export class WireError extends Error {
  readonly code: string;
  readonly status: number;
  readonly region?: string;
  /** The bucket that is not there, where S3 says which. */
  readonly bucket?: string;
  constructor(status: number, text: string) {
    const code =
      /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ??
      /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1] ??
      `Http${status}`;
    const message =
      /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? /"[mM]essage"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
    super(`${code} (${status})${message ? `: ${message}` : ''}`);
    this.name = code;
    this.code = code;
    this.status = status;
    const region = regionIn(text);
    if (region !== undefined) this.region = region;
    const bucket = /<BucketName>([^<]+)<\/BucketName>/.exec(text)?.[1];
    if (bucket !== undefined) this.bucket = bucket;
  }
}

/** The region that S3 sends who asks in the wrong one to: as such, or in the address of the bucket. */
const regionIn = (text: string): string | undefined =>
  /<Region>([a-z0-9-]+)<\/Region>/.exec(text)?.[1] ??
  /<Endpoint>[^<]*\bs3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws/.exec(text)?.[1];

/** Whether a try was not the first: a conditional write that meets its own object must know. */
export interface Sent {
  readonly answer: WireAnswer;
  readonly tries: number;
}

/** Sends until there is an answer that is neither 5xx nor throttling. Rejects with WireError or the socket's error. */
export async function send(request: WireRequest): Promise<Sent> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await once(request);
      if (!isTransient(answer.status)) return { answer, tries: attempt };
      const body = await answer.bytes();
      const error = new WireError(answer.status, body.toString('utf8'));
      if (answer.status === 400 && !transientCodes.test(error.code))
        return { answer: known(answer, body), tries: attempt };
      if (attempt === tries) throw error;
    } catch (error) {
      if (error instanceof WireError || attempt === tries) throw error;
    }
    await sleep(Math.random() * Math.min(5000, 100 * 2 ** attempt));
  }
}

/** The body as a buffer; throws WireError for a status of 300 or more. */
export async function readBody(answer: WireAnswer): Promise<Buffer> {
  const body = await answer.bytes();
  if (answer.status >= 300) throw new WireError(answer.status, body.toString('utf8'));
  const length = answer.headers['content-length'];
  if (length !== undefined && body.length !== Number(length))
    throw new Error(`${body.length} of ${length} bytes arrived`);
  return body;
}

/** Sends and reads; a body that breaks off, or that `check` throws for, is asked for again. For requests that may be repeated. */
export async function sendAndRead(
  open: () => Promise<Sent>,
  check: (answer: WireAnswer, body: Buffer) => void = () => undefined,
): Promise<{ readonly answer: WireAnswer; readonly body: Buffer }> {
  for (let attempt = 1; ; attempt++) {
    const { answer } = await open();
    try {
      const body = await readBody(answer);
      check(answer, body);
      return { answer, body };
    } catch (error) {
      if (error instanceof WireError || attempt === 3) throw error;
    }
  }
}

/** An unsigned GET, for credentials. */
export async function plainGet(url: string, headers: Record<string, string>): Promise<string> {
  const { origin, pathname, search } = new URL(url);
  const request = { origin, target: pathname + search, method: 'GET', headers: async () => headers };
  return (await sendAndRead(() => send(request))).body.toString('utf8');
}

/** 400 is looked into: that is how Batch and Secrets Manager throttle, and how S3 says that a body was slow. */
const isTransient = (status: number): boolean => status >= 500 || status === 429 || status === 400;
const transientCodes = /^(Throttl|TooManyRequests|RequestTimeout$|RequestLimitExceeded|SlowDown)/;

/** The one answer to a request that is sent once; rejects with the socket's error. */
export async function once(request: WireRequest, idleMs = defaultIdleMs): Promise<WireAnswer> {
  const sent = outgoing(request, await request.headers());
  return new Promise((done, fail) =>
    take(request.origin).connection.ask(sent, new Answer(request.method, idleMs, done, fail)),
  );
}

/** An answer whose body has been read. */
const known = ({ status, headers }: WireAnswer, body: Buffer): WireAnswer => ({
  status,
  headers,
  get body() {
    return Readable.from([body]);
  },
  bytes: async () => body,
  drop: () => undefined,
});
