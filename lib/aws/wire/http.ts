import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A socket that says nothing for this long is given up: a stalled body never ends by itself. */
const idleMs = 20_000;
const tries = 6;
const agents = { 'http:': new Agent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: IncomingMessage;
}

/** An answer that is an error, with its code and text. */
export class WireError extends Error {
  readonly code: string;
  readonly status: number;
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
  }
}

/** One request, signed anew for each try. The body is a buffer, or a function that opens a stream. */
export interface WireRequest {
  readonly url: URL;
  readonly method: string;
  headers(): Promise<Record<string, string>>;
  readonly body?: Buffer | (() => Readable);
  readonly contentLength?: number;
}

/** Whether a try was not the first: a conditional write that meets its own object must know. */
export interface Sent {
  readonly answer: Answer;
  readonly tries: number;
}

/** Sends until there is an answer that is neither 5xx nor throttling. Rejects with WireError or the socket's error. */
export async function send(request: WireRequest): Promise<Sent> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await once(request);
      if (!isTransient(answer.status)) return { answer, tries: attempt };
      const error = new WireError(answer.status, await readText(answer.body));
      if (attempt === tries) throw error;
    } catch (error) {
      if (error instanceof WireError || attempt === tries) throw error;
    }
    await sleep(Math.random() * Math.min(5000, 100 * 2 ** attempt));
  }
}

/** The body as a buffer; throws WireError for a status of 300 or more. */
export async function readBody(answer: Answer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (answer.status >= 300) throw new WireError(answer.status, body.toString('utf8'));
  const length = answer.headers['content-length'];
  if (length !== undefined && body.length !== Number(length))
    throw new Error(`${body.length} of ${length} bytes arrived`);
  return body;
}

/** An unsigned GET, for credentials and metadata. */
export async function plainGet(url: string, headers: Record<string, string>): Promise<string> {
  const { answer } = await send({ url: new URL(url), method: 'GET', headers: async () => headers });
  return (await readBody(answer)).toString('utf8');
}

const isTransient = (status: number): boolean => status >= 500 || status === 429;

async function once(request: WireRequest): Promise<Answer> {
  const headers = await request.headers();
  const { body } = request;
  const length = Buffer.isBuffer(body) ? body.length : request.contentLength;
  return new Promise((done, fail) => {
    const { protocol } = request.url;
    const call = (protocol === 'https:' ? httpsRequest : httpRequest)(request.url, {
      method: request.method,
      headers: { ...headers, ...(length === undefined ? {} : { 'content-length': String(length) }) },
      agent: agents[protocol as keyof typeof agents],
    });
    call.setTimeout(idleMs, () =>
      call.destroy(new Error(`${request.url.host} said nothing for ${idleMs / 1000} s`)),
    );
    call.once('error', fail);
    call.once('response', response =>
      done({
        status: response.statusCode ?? 0,
        headers: response.headers as Record<string, string>,
        body: response,
      }),
    );
    if (typeof body === 'function') body().on('error', fail).pipe(call);
    else call.end(body);
  });
}

async function readText(body: Readable): Promise<string> {
  let text = '';
  for await (const chunk of body) text += chunk;
  return text;
}
