import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isFull, noRoom } from '../disk-room.ts';
import {
  type KnownCredentials,
  type RequestHead,
  readSigned,
  type Signed,
  verifySigned,
} from './authenticate.ts';
import { parseQuery, sha256Hex } from './canonical.ts';
import { writeJsonError } from './json-service.ts';
import { writeS3Error } from './s3-error.ts';
import { AwsError, anonymous, type SignedRequest, type TwinService } from './service.ts';
import { readWhole, signedBody } from './signed-body.ts';

export type { Credential, KnownCredentials } from './authenticate.ts';
export { escapeXml } from './xml.ts';

export interface ServerOptions {
  readonly services: readonly TwinService[];
  readonly credentials: KnownCredentials;
  /** Gets the requests without a signature whose path starts with `/_lab/`; true when it answered. */
  readonly extra?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Called with every verified request before its service: throws, answers itself (true), or breaks what is answered. */
  readonly intercept?: (service: string, request: SignedRequest, response: ServerResponse) => boolean;
  /** A free port when left out. */
  readonly port?: number;
  readonly clock?: () => Date;
  /** Told of failures of our own, which the client sees as InternalError only. */
  readonly onError?: (error: unknown) => void;
}

export interface TwinServer {
  readonly port: number;
  readonly url: string;
  /** Stops listening, ends what is open, and closes the services. */
  close(): Promise<void>;
}

const firstOfIds = randomBytes(5).toString('hex').toUpperCase();
let requests = 0;
const requestId = (): string =>
  firstOfIds + (requests++ % 0x1000000).toString(16).toUpperCase().padStart(6, '0');

const longestUnhashedBody = 8 * 1024 * 1024;

/** Serves AWS's wire protocols on 127.0.0.1 to whoever signs with a known key. Rejects when the port is taken. */
export async function startServer(options: ServerOptions): Promise<TwinServer> {
  // An upload may take hours: only the head of a request has a deadline.
  const server = createServer({
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: 60_000,
    noDelay: true,
  });
  let port = 0;
  const serve = (http: IncomingMessage, response: ServerResponse, waiting: boolean): void => {
    answer(http, response, waiting, port, options).catch(options.onError ?? report);
  };
  server.on('request', (http, response) => serve(http, response, false));
  server.on('checkContinue', (http, response) => serve(http, response, true));
  port = await listen(server, options.port ?? 0);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(options.services.map(service => service.close?.()));
    },
  };
}

async function answer(
  http: IncomingMessage,
  response: ServerResponse,
  waiting: boolean,
  port: number,
  options: ServerOptions,
): Promise<void> {
  response.setHeader('x-amz-request-id', requestId());
  http.on('error', () => {});
  response.on('error', () => {});
  let service: TwinService | undefined;
  let continued = !waiting;
  const goOn = () => {
    if (!continued) response.writeContinue();
    continued = true;
  };
  try {
    // Another site's page may not reach the twin through a name that points here.
    const host = http.headers.host ?? '';
    // Buckets may stand before it: all of .localhost is this machine, in every browser and by RFC 6761.
    if (
      host !== `127.0.0.1:${port}` &&
      host !== `localhost:${port}` &&
      !host.endsWith(`.localhost:${port}`)
    ) {
      throw new AwsError(
        'AccessDenied',
        403,
        `The twin answers as 127.0.0.1:${port} or localhost:${port} only.`,
      );
    }
    const head = headOf(http);
    // Paths of our own have no signature: a container's credentials are asked for with a token.
    const signed = head.rawPath.startsWith('/_lab/') ? undefined : readSigned(head);
    if (!signed) return await answerUnsigned(http, response, head, options, goOn);
    service = options.services.find(one => one.name === signed.service);
    const request = await verified(http, head, signed, options, goOn);
    if (!service) {
      throw new AwsError('UnknownService', 404, `The twin has no service "${signed.service}".`);
    }
    if (!options.intercept?.(service.name, request, response)) await service.handle(request, response);
  } catch (error) {
    fail(error, http, response, service ?? guessService(http, options), options);
  } finally {
    // A body nobody asked for may never come: the connection cannot be used again.
    if (!continued && !response.writableFinished) response.once('finish', () => http.socket.end());
  }
}

async function answerUnsigned(
  http: IncomingMessage,
  response: ServerResponse,
  head: RequestHead,
  options: ServerOptions,
  goOn: () => void,
): Promise<void> {
  if (head.rawPath === '/_lab/health') {
    response.end('ok');
    return;
  }
  if (head.rawPath.startsWith('/_lab/')) {
    goOn();
    if (await options.extra?.(http, response)) return;
    throw new AwsError('NotFound', 404, `Nothing is at ${head.rawPath}.`);
  }
  if (isForm(http)) {
    const message =
      'The twin takes no uploads from a browser’s form (POST with a policy): put the object, by a presigned address where it must be.';
    throw new AwsError('NotImplemented', 501, message);
  }
  // A bucket may be open to everyone, to be read: whether it is, is its policy's to say.
  const open = options.services.find(({ takesAnyone }) => takesAnyone);
  if (!open || (http.method !== 'GET' && http.method !== 'HEAD'))
    throw new AwsError('AccessDenied', 403, 'Access Denied: the request carries no signature.');
  const request = { ...partsOf(http, head), accessKeyId: anonymous, region: '', body: http, trailers: {} };
  if (!options.intercept?.(open.name, request, response)) await open.handle(request, response);
}

const partsOf = (http: IncomingMessage, { method, rawPath, query, headers }: RequestHead) => ({
  http,
  method,
  rawPath,
  query: new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])),
  headers,
});

async function verified(
  http: IncomingMessage,
  head: RequestHead,
  signed: Signed,
  options: ServerOptions,
  goOn: () => void,
): Promise<SignedRequest> {
  const now = options.clock?.() ?? new Date();
  const parts = partsOf(http, head);
  const { query } = parts;
  const request = {
    ...parts,
    accessKeyId: signed.accessKeyId,
    region: signed.region,
  };
  let payloadHash = head.headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256') ?? undefined;
  if (payloadHash === undefined && signed.service === 's3') {
    if (signed.expires === undefined) {
      const message = 'Missing required header for this request: x-amz-content-sha256';
      throw new AwsError('InvalidRequest', 400, message);
    }
    payloadHash = 'UNSIGNED-PAYLOAD';
  }
  if (payloadHash === undefined) {
    // Only S3 promises the hash in a header; elsewhere the signature covers the body, so it is read first.
    if (!options.credentials.find(signed.accessKeyId))
      verifySigned(head, signed, options.credentials, '', now);
    goOn();
    const whole = await readWhole(http, longestUnhashedBody);
    verifySigned(head, signed, options.credentials, sha256Hex(whole), now);
    return { ...request, body: once(whole), trailers: {} };
  }
  const signature = verifySigned(head, signed, options.credentials, payloadHash, now);
  return {
    ...request,
    ...signedBody(http, { headers: head.headers, payloadHash, signature, onStart: goOn }),
  };
}

async function* once(buffer: Buffer): AsyncGenerator<Buffer> {
  yield buffer;
}

function headOf(http: IncomingMessage): RequestHead {
  const target = http.url ?? '/';
  const mark = target.indexOf('?');
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < http.rawHeaders.length; i += 2) {
    const name = (http.rawHeaders[i] ?? '').toLowerCase();
    const value = utf8(http.rawHeaders[i + 1] ?? '');
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  try {
    decodeURIComponent(rawPath);
    const query = mark < 0 ? [] : parseQuery(target.slice(mark + 1));
    return { method: http.method ?? 'GET', rawPath, query, headers };
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.", { URI: target });
  }
}

/** Node reads headers as Latin-1; most clients sign and send UTF-8, some send Latin-1 in fact. */
function utf8(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

function fail(
  error: unknown,
  http: IncomingMessage,
  response: ServerResponse,
  service: TwinService | undefined,
  options: ServerOptions,
): void {
  const gone = http.destroyed && !http.complete;
  if (!(error instanceof AwsError) && !gone) (options.onError ?? report)(error);
  if (response.headersSent || gone) {
    response.destroy();
    return;
  }
  const shown =
    error instanceof AwsError
      ? error
      : isFull(error)
        ? noRoom()
        : new AwsError('InternalError', 500, 'We encountered an internal error. Please try again.');
  if (service?.fail) service.fail(shown, http, response);
  else if (service?.name === 's3') writeS3Error(shown, http, response);
  else writeJsonError('rest-json', shown, response);
}

/** Without a credential scope only S3's addresses are told apart from the rest. */
function guessService(http: IncomingMessage, options: ServerOptions): TwinService | undefined {
  if (http.headers['x-amz-target'] || (http.method === 'POST' && !isForm(http))) return undefined;
  return options.services.find(one => one.name === 's3');
}

const isForm = (http: IncomingMessage): boolean =>
  http.method === 'POST' && /^multipart\/form-data/i.test(http.headers['content-type'] ?? '');

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
