import type { Agent, ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bytes, piecesOf } from '../../contract/list/bytes.ts';

/** A socket that says nothing for this long is given up: a stalled body never ends by itself. */
const idleMs = 20_000;
const tries = 6;

type Protocol = typeof import('node:http') | typeof import('node:https');

/**
 * How a protocol is spoken, loaded by who speaks it: TLS is 10 ms of a start. An import would evaluate all that the modules
 * export, Node's own fetch among it: 30 ms more.
 */
const spoken = (load: () => Protocol) => {
  let known: { readonly request: Protocol['request']; readonly agent: Agent } | undefined;
  return () => {
    if (known) return known;
    const { Agent, request } = load();
    known = { request, agent: new Agent({ keepAlive: true, timeout: idleMs }) };
    return known;
  };
};

const protocols = {
  'http:': spoken(() => process.getBuiltinModule('node:http')),
  'https:': spoken(() => process.getBuiltinModule('node:https')),
};

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
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

/** One request, signed anew for each try. The body is a buffer, bytes that are not all in memory, or a function that opens a stream. */
export interface WireRequest {
  /** `https://host`, with a port where it has one. */
  readonly origin: string;
  /** Path and query as they are sent: no URL class may touch them, it would resolve the dots of a key. */
  readonly target: string;
  readonly method: string;
  headers(): Promise<Record<string, string>>;
  readonly body?: Buffer | Bytes | (() => Readable);
  readonly contentLength?: number;
}

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
      const text = await readText(answer.body);
      const error = new WireError(answer.status, text);
      if (answer.status === 400 && !transientCodes.test(error.code))
        return { answer: { ...answer, body: Readable.from([Buffer.from(text)]) }, tries: attempt };
      if (attempt === tries) throw error;
    } catch (error) {
      if (error instanceof WireError || attempt === tries) throw error;
    }
    await sleep(Math.random() * Math.min(5000, 100 * 2 ** attempt));
  }
}

/** The body as a buffer; throws WireError for a status of 300 or more. */
export async function readBody(answer: WireAnswer): Promise<Buffer> {
  const body = await bytesOf(answer.body);
  if (answer.status >= 300) throw new WireError(answer.status, body.toString('utf8'));
  const length = answer.headers['content-length'];
  if (length !== undefined && body.length !== Number(length))
    throw new Error(`${body.length} of ${length} bytes arrived`);
  return body;
}

/** By its events: an iterator over a stream costs a container's start more than the bytes. */
function bytesOf(body: Readable): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = [];
    const brokenOff = (): void => fail(body.errored ?? new Error('the connection was closed before the end'));
    if (body.destroyed) return brokenOff();
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.once('end', () => {
      // It closes then, too: an error that nobody sees is made like any other.
      body.off('close', brokenOff);
      done(Buffer.concat(chunks));
    });
    body.once('error', fail);
    body.once('close', brokenOff);
  });
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

async function once(request: WireRequest): Promise<WireAnswer> {
  const headers = await request.headers();
  const { body } = request;
  const length = typeof body === 'object' ? body.length : request.contentLength;
  return new Promise((done, fail) => {
    const { protocol, hostname, port } = new URL(request.origin);
    const speak = protocols[protocol as keyof typeof protocols]();
    const call = speak.request({
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      ...(port === '' ? {} : { port }),
      path: request.target,
      method: request.method,
      headers: { ...headers, ...(length === undefined ? {} : { 'content-length': String(length) }) },
      agent: speak.agent,
      // As its agent has it: a socket is told once.
      timeout: idleMs,
    });
    call.on('timeout', () =>
      call.destroy(new Error(`${request.origin} said nothing for ${idleMs / 1000} s`)),
    );
    const stream = typeof body === 'function' ? body() : undefined;
    call.on('error', fail);
    call.once('close', () => stream?.destroy());
    call.once('response', response =>
      done({
        status: response.statusCode ?? 0,
        headers: response.headers as Record<string, string>,
        body: response,
      }),
    );
    if (stream) stream.on('error', error => call.destroy(error)).pipe(call);
    else if (typeof body === 'object' && !Buffer.isBuffer(body)) {
      sendPieces(call, body).catch((error: Error) => call.destroy(error));
    } else call.end(body as Buffer | undefined);
  });
}

/** Each piece once the one before has left: its memory is the next one's, and a copy of each would be garbage as large as the body. */
async function sendPieces(call: ClientRequest, body: Bytes): Promise<void> {
  for (const piece of piecesOf(body)) {
    if (call.destroyed) return;
    await new Promise<void>(done => void call.write(piece, () => done()));
  }
  call.end();
}

async function readText(body: Readable): Promise<string> {
  let text = '';
  for await (const chunk of body) text += chunk;
  return text;
}
