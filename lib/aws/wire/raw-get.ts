import { connect, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { WireRequest } from './http.ts';
import { PageBody } from './listing/page-body.ts';

/** A GET whose answer was no object of the expected length: who wants to know why asks again the usual way. */
export class NotTheBytes extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`answered with ${status}`);
    this.name = 'NotTheBytes';
    this.status = status;
  }
}

export interface RawGet {
  /** GET; or HEAD, whose answer has no body and may have any status. */
  readonly request: WireRequest;
  /** As long as the body must be; undefined: it is a page, as long as it says. */
  readonly target?: Buffer;
  /** Called with a whole page. The memory is the next one's as soon as this returns. */
  readonly onPage?: (body: Buffer) => void;
  readonly onBytes?: ((bytes: Buffer) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A socket that says nothing for this long is given up. */
  readonly idleMs: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const headBytes = 64 * 1024;
const endOfHead = Buffer.from('\r\n\r\n');

/**
 * GET straight into memory, or HEAD: the kernel writes into the buffer that the bytes are wanted in, with nothing between. Node's
 * own HTTP costs twice the processor time for the same bytes. Rejects with NotTheBytes, or with the socket's error.
 */
export async function rawGet(get: RawGet): Promise<RawAnswer> {
  get.signal?.throwIfAborted();
  const headers = await get.request.headers();
  const { origin, method, target } = get.request;
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  text += '\r\n';
  const { connection, isUsed } = take(origin);
  try {
    return await connection.ask(text, get);
  } catch (error) {
    // S3 closes a connection that rested for a while just when it is used again: that is no fault of the request.
    if (!isUsed || !(error instanceof ClosedUnused)) throw error;
    get.signal?.throwIfAborted();
    return await new Connection(origin).ask(text, get);
  }
}

class ClosedUnused extends Error {}

/** Connections that read for a signal: one listener for all of their requests, where one for each costs as much as a signature. */
const watched = new WeakMap<AbortSignal, Set<Connection>>();

function watch(signal: AbortSignal, connection: Connection): void {
  const known = watched.get(signal);
  if (known) {
    known.add(connection);
    return;
  }
  const connections = new Set([connection]);
  watched.set(signal, connections);
  const abortAll = (): void => {
    for (const each of connections) each.abort(signal);
  };
  signal.addEventListener('abort', abortAll, { once: true });
}

const resting = new Map<string, Connection[]>();

function take(origin: string): { readonly connection: Connection; readonly isUsed: boolean } {
  const found = resting.get(origin)?.pop();
  return found ? { connection: found, isUsed: true } : { connection: new Connection(origin), isUsed: false };
}

interface Waiting {
  readonly get: RawGet;
  filled: number;
  answer: RawAnswer | undefined;
  done(answer: RawAnswer): void;
  fail(error: Error): void;
}

class Connection {
  readonly #origin: string;
  readonly #socket: Socket;
  readonly #head: Buffer;
  #headLength = 0;
  #page: PageBody | undefined;
  #waiting: Waiting | undefined;

  constructor(origin: string) {
    this.#origin = origin;
    this.#head = Buffer.allocUnsafeSlow(headBytes);
    const { protocol, hostname, port } = new URL(origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    const onread = {
      buffer: () => this.#whereTo(),
      callback: (length: number) => {
        this.#onBytes(length);
        return true;
      },
    };
    this.#socket =
      protocol === 'https:'
        ? // Loaded by who speaks it: with its certificates it is 10 ms of a start.
          process.getBuiltinModule('node:tls').connect(tlsOptions(host, Number(port || 443), onread))
        : connect({ host, port: Number(port || 80), onread });
    this.#socket.setNoDelay(true);
    this.#socket.on('timeout', () => this.#socket.destroy(new Error(`${origin} said nothing for a while`)));
    this.#socket.on('error', error => this.#fail(error));
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#fail(new Error(`${origin} closed the connection`)));
  }

  ask(text: string, get: RawGet): Promise<RawAnswer> {
    this.#headLength = 0;
    this.#socket.ref();
    this.#socket.setTimeout(get.idleMs);
    return new Promise<RawAnswer>((done, fail) => {
      this.#waiting = { get, filled: 0, answer: undefined, done, fail };
      if (get.signal) watch(get.signal, this);
      if (get.signal?.aborted) this.#socket.destroy(new Error('aborted'));
      else if (this.#socket.destroyed) this.#fail(new Error('closed'));
      else this.#socket.write(text, 'latin1');
    });
  }

  /** Whatever it is reading for who gave that signal. */
  abort(signal: AbortSignal): void {
    if (this.#waiting?.get.signal === signal) this.#socket.destroy(new Error('aborted'));
  }

  /** Where the next bytes of the socket belong. */
  #whereTo(): Buffer {
    const waiting = this.#waiting;
    if (waiting?.answer) {
      const { target } = waiting.get;
      if (!target) return this.#page!.room();
      if (waiting.filled < target.length) return target.subarray(waiting.filled);
    }
    return this.#head.subarray(this.#headLength);
  }

  #onBytes(length: number): void {
    const waiting = this.#waiting;
    if (!waiting) {
      this.#socket.destroy();
      return;
    }
    if (waiting.answer) {
      if (waiting.get.target) this.#take(waiting, waiting.get.target, length);
      else this.#takePage(waiting, length);
      return;
    }
    this.#headLength += length;
    const end = this.#head.subarray(0, this.#headLength).indexOf(endOfHead);
    if (end < 0) {
      if (this.#headLength === headBytes) this.#socket.destroy(new Error('the answer has no end of headers'));
      return;
    }
    const answer = readHead(this.#head.toString('latin1', 0, end));
    const { target, request } = waiting.get;
    const body = this.#head.subarray(end + endOfHead.length, this.#headLength);
    this.#headLength = 0;
    if (request.method === 'HEAD') {
      this.#release();
      if (body.length === 0) this.#rest(answer);
      else this.#socket.destroy();
      waiting.done(answer);
      return;
    }
    if (!target) this.#page ??= new PageBody();
    const fits = target
      ? Number(answer.headers['content-length']) === target.length && body.length <= target.length
      : this.#page!.begin(answer.headers);
    if ((answer.status !== 200 && answer.status !== 206) || !fits) {
      this.#release();
      this.#socket.destroy();
      waiting.fail(new NotTheBytes(answer.status));
      return;
    }
    waiting.answer = answer;
    if (target) {
      body.copy(target);
      this.#take(waiting, target, body.length);
    } else {
      this.#page!.copy(body);
      this.#takePage(waiting, 0);
    }
  }

  /** It is read before anybody else may use the memory. */
  #takePage(waiting: Waiting, length: number): void {
    const page = this.#page!;
    page.took(length);
    try {
      if (!page.isWhole()) return;
    } catch (error) {
      this.#socket.destroy(error as Error);
      return;
    }
    this.#release();
    waiting.get.onPage?.(page.bytes());
    this.#rest(waiting.answer!);
    waiting.done(waiting.answer!);
  }

  #take(waiting: Waiting, target: Buffer, length: number): void {
    const { get } = waiting;
    if (length > 0) {
      const bytes = target.subarray(waiting.filled, waiting.filled + length);
      waiting.filled += length;
      get.onBytes?.(bytes);
    }
    if (waiting.filled < target.length) return;
    this.#release();
    this.#rest(waiting.answer!);
    waiting.done(waiting.answer!);
  }

  #release(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting?.get.signal) watched.get(waiting.get.signal)?.delete(this);
    return waiting;
  }

  #rest({ headers }: RawAnswer): void {
    if (headers.connection?.toLowerCase() === 'close') {
      this.#socket.destroy();
      return;
    }
    // A program may end while connections rest.
    this.#socket.unref();
    const others = resting.get(this.#origin);
    if (others) others.push(this);
    else resting.set(this.#origin, [this]);
  }

  #fail(error: Error): void {
    const others = resting.get(this.#origin);
    const at = others?.indexOf(this) ?? -1;
    if (at >= 0) others!.splice(at, 1);
    const waiting = this.#release();
    const isUnused = waiting && !waiting.answer && this.#headLength === 0;
    waiting?.fail(isUnused ? new ClosedUnused(error.message) : error);
  }
}

/** `onread` is as good for TLS as it is for plain sockets; its types do not say so. */
const tlsOptions = (host: string, port: number, onread: object): ConnectionOptions => ({
  host,
  port,
  servername: host,
  ...{ onread },
});

/** Header names as servers write them, in lower case: there are a dozen, and a million answers. */
const lowerCase = new Map<string, string>();

function lowered(name: string): string {
  const known = lowerCase.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (lowerCase.size < 256) lowerCase.set(name, lower);
  return lower;
}

function readHead(text: string): RawAnswer {
  const headers: Record<string, string> = {};
  const end = text.indexOf('\r\n');
  for (let at = end < 0 ? text.length : end + 2; at < text.length; ) {
    const next = text.indexOf('\r\n', at);
    const lineEnd = next < 0 ? text.length : next;
    const colon = text.indexOf(':', at);
    if (colon > at && colon < lineEnd)
      headers[lowered(text.slice(at, colon))] = text.slice(colon + 1, lineEnd).trim();
    at = lineEnd + 2;
  }
  // `HTTP/1.1 200 OK`
  return { status: Number(text.slice(9, 12)), headers };
}
