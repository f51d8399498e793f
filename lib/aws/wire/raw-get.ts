import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { WireRequest } from './http.ts';

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
  readonly request: WireRequest;
  /** As long as the body must be. */
  readonly target: Buffer;
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
 * GET straight into memory: the kernel writes into the buffer that the bytes are wanted in, with nothing between. Node's
 * own HTTP costs twice the processor time for the same bytes. Rejects with NotTheBytes, or with the socket's error.
 */
export async function rawGet(get: RawGet): Promise<RawAnswer> {
  get.signal?.throwIfAborted();
  const headers = await get.request.headers();
  const { origin, method, target } = get.request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const { connection, isUsed } = take(origin);
  try {
    return await connection.ask(text, get);
  } catch (error) {
    // S3 closes a connection that rested for a while just when it is used again: that is no fault of the request.
    if (!isUsed || !(error instanceof ClosedUnused)) throw error;
    return await new Connection(origin).ask(text, get);
  }
}

class ClosedUnused extends Error {}

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
        ? connectTls(tlsOptions(host, Number(port || 443), onread))
        : connect({ host, port: Number(port || 80), onread });
    this.#socket.setNoDelay(true);
    this.#socket.on('timeout', () => this.#socket.destroy(new Error(`${origin} said nothing for a while`)));
    this.#socket.on('error', error => this.#fail(error));
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#fail(new Error(`${origin} closed the connection`)));
  }

  ask(text: string, get: RawGet): Promise<RawAnswer> {
    const { signal } = get;
    this.#headLength = 0;
    this.#socket.ref();
    this.#socket.setTimeout(get.idleMs);
    const onAbort = (): void => void this.#socket.destroy(new Error('aborted'));
    signal?.addEventListener('abort', onAbort, { once: true });
    return new Promise<RawAnswer>((done, fail) => {
      this.#waiting = { get, filled: 0, answer: undefined, done, fail };
      if (this.#socket.destroyed) this.#fail(new Error('closed'));
      else this.#socket.write(text);
    }).finally(() => signal?.removeEventListener('abort', onAbort));
  }

  /** Where the next bytes of the socket belong. */
  #whereTo(): Buffer {
    const waiting = this.#waiting;
    if (waiting?.answer && waiting.filled < waiting.get.target.length)
      return waiting.get.target.subarray(waiting.filled);
    return this.#head.subarray(this.#headLength);
  }

  #onBytes(length: number): void {
    const waiting = this.#waiting;
    if (!waiting) {
      this.#socket.destroy();
      return;
    }
    if (waiting.answer) {
      this.#take(waiting, length);
      return;
    }
    this.#headLength += length;
    const end = this.#head.subarray(0, this.#headLength).indexOf(endOfHead);
    if (end < 0) {
      if (this.#headLength === headBytes) this.#socket.destroy(new Error('the answer has no end of headers'));
      return;
    }
    const answer = readHead(this.#head.toString('latin1', 0, end));
    const { target } = waiting.get;
    const body = this.#head.subarray(end + endOfHead.length, this.#headLength);
    this.#headLength = 0;
    const fits = Number(answer.headers['content-length']) === target.length && body.length <= target.length;
    if ((answer.status !== 200 && answer.status !== 206) || !fits) {
      this.#waiting = undefined;
      this.#socket.destroy();
      waiting.fail(new NotTheBytes(answer.status));
      return;
    }
    waiting.answer = answer;
    body.copy(target);
    this.#take(waiting, body.length);
  }

  #take(waiting: Waiting, length: number): void {
    const { get } = waiting;
    if (length > 0) {
      const bytes = get.target.subarray(waiting.filled, waiting.filled + length);
      waiting.filled += length;
      get.onBytes?.(bytes);
    }
    if (waiting.filled < get.target.length) return;
    this.#waiting = undefined;
    this.#rest(waiting.answer!);
    waiting.done(waiting.answer!);
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
    const waiting = this.#waiting;
    this.#waiting = undefined;
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

function readHead(text: string): RawAnswer {
  const [first = '', ...lines] = text.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(first.split(' ')[1]), headers };
}
