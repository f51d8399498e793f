import { connect, isIP, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { Bytes } from '../../../contract/list/bytes.ts';
import { type AnswerHead, readHead } from './head.ts';
import { type SentBody, sendPieces, sendStream } from './sent-body.ts';
import { unwatch, watch } from './watched-signals.ts';

/** What is sent: the head of a request, and its body with its length. */
export interface Outgoing {
  readonly text: string;
  readonly body?: Buffer | Bytes | (() => Readable) | undefined;
  readonly length?: number | undefined;
}

export type BodyProgress = 'goes on' | 'whole' | 'more than whole';

/** Reads one answer: it says where in memory the bytes of its body belong. */
export interface AnswerReader {
  /** A socket that says nothing for this long is given up. */
  readonly idleMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Throws where the answer is none that it can read. */
  begin(head: AnswerHead, connection: WireConnection): void;
  /** Never empty while something is to come. */
  room(): Buffer;
  /** So many bytes are in their room; zero once the head has come. Throws where they are no body. */
  took(length: number): BodyProgress;
  /** Nothing more is read until `resume`. */
  readonly isPaused?: boolean;
  /** The connection has ended: whether the body has. */
  closed?(): boolean;
  done(): void;
  /** `isUnheard`: not a byte of an answer has come. */
  fail(error: Error, isUnheard: boolean): void;
}

/** Most heads are small, with a small body behind them in the same read; memory of a connection stays as long as it rests. */
const firstHeadBytes = 16 * 1024;
const headBytes = 64 * 1024;
const endOfHead = Buffer.from('\r\n\r\n');

const resting = new Map<string, WireConnection[]>();
/** What a server has given for the next handshake, by origin. */
const sessions = new Map<string, Buffer>();

/** A connection that rests, or a new one. */
export function take(origin: string): { readonly connection: WireConnection; readonly isUsed: boolean } {
  const others = resting.get(origin);
  for (let found = others?.pop(); found; found = others!.pop())
    if (!found.isClosed) return { connection: found, isUsed: true };
  return { connection: new WireConnection(origin), isUsed: false };
}

/**
 * HTTP/1.1 over a socket of our own, one request at a time: the kernel writes into the memory that a reading names, with nothing
 * between. Node's own costs twice the processor time for the same bytes, and a tenth of a container's start before the first.
 */
export class WireConnection {
  readonly #origin: string;
  readonly #socket: Socket;
  #head = Buffer.allocUnsafeSlow(firstHeadBytes);
  #headLength = 0;
  #reading: AnswerReader | undefined;
  /** Of the answer whose body is read. */
  #answer: AnswerHead | undefined;
  #isUnheard = true;
  /** What is sent still. */
  #upload: SentBody | undefined;

  constructor(origin: string) {
    this.#origin = origin;
    const { protocol, hostname, port } = new URL(origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    const onread = {
      buffer: () => (this.#answer && this.#reading ? this.#reading.room() : this.#free()),
      callback: (length: number) => this.#onBytes(length),
    };
    this.#socket =
      protocol === 'https:'
        ? // Loaded by who speaks it: with its certificates it is 10 ms of a start.
          process.getBuiltinModule('node:tls').connect(tlsOptions(origin, host, Number(port || 443), onread))
        : connect({ host, port: Number(port || 80), onread });
    this.#socket.setNoDelay(true);
    this.#socket.on('session', (session: Buffer) => sessions.set(origin, session));
    this.#socket.on('timeout', () =>
      this.#socket.destroy(new Error(`${origin} said nothing for ${(this.#reading?.idleMs ?? 0) / 1000} s`)),
    );
    this.#socket.on('error', error => {
      sessions.delete(origin);
      this.#fail(error);
    });
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('close', () => this.#fail(closed(origin)));
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** What becomes of it is told to the reading. */
  ask(outgoing: Outgoing, reading: AnswerReader): void {
    this.#headLength = 0;
    this.#answer = undefined;
    this.#isUnheard = true;
    this.#reading = reading;
    this.#socket.ref();
    this.#socket.setTimeout(reading.idleMs);
    if (reading.signal) watch(reading.signal, this);
    if (reading.signal?.aborted) this.abort(reading.signal);
    else if (this.#socket.destroyed) this.#fail(closed(this.#origin));
    else this.#send(outgoing);
  }

  /** Whatever it is reading for who gave that signal. */
  abort(signal: AbortSignal): void {
    if (this.#reading?.signal === signal) this.#socket.destroy(new Error('aborted'));
  }

  /** Goes on with a reading that was paused. */
  resume(): void {
    this.#socket.resume();
  }

  /** What is left of the answer is nobody's. */
  drop(): void {
    this.#socket.destroy();
  }

  #send({ text, body, length }: Outgoing): void {
    const socket = this.#socket;
    if (body === undefined || Buffer.isBuffer(body)) {
      socket.cork();
      socket.write(text, 'latin1');
      if (body) socket.write(body);
      socket.uncork();
      return;
    }
    socket.write(text, 'latin1');
    this.#upload =
      typeof body === 'function' ? sendStream(socket, body(), length!) : sendPieces(socket, body);
  }

  #free(): Buffer {
    if (this.#headLength === this.#head.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(headBytes, 2 * this.#head.length));
      this.#head.copy(larger);
      this.#head = larger;
    }
    return this.#head.subarray(this.#headLength);
  }

  /** False: nothing more is read for now. */
  #onBytes(length: number): boolean {
    const reading = this.#reading;
    // Said unasked.
    if (!reading) {
      this.#socket.destroy();
      return true;
    }
    this.#isUnheard = false;
    try {
      if (this.#answer) this.#go(reading, reading.took(length));
      else this.#onHead(reading, length);
    } catch (error) {
      this.#fail(error as Error);
      this.#socket.destroy();
    }
    return !this.#reading?.isPaused;
  }

  #onHead(reading: AnswerReader, length: number): void {
    this.#headLength += length;
    for (;;) {
      const end = this.#head.subarray(0, this.#headLength).indexOf(endOfHead);
      if (end < 0) {
        if (this.#headLength === headBytes) throw new Error('the answer has no end of headers');
        return;
      }
      const answer = readHead(this.#head.toString('latin1', 0, end));
      const from = end + endOfHead.length;
      if (answer.status >= 200) {
        this.#begin(reading, answer, from);
        return;
      }
      // 100 and the like: the answer comes behind it.
      const { 'content-length': length, 'transfer-encoding': coding } = answer.headers;
      if (answer.status === 101 || length !== undefined || coding !== undefined)
        throw new Error(`${this.#origin} answered with ${answer.status}, which is no answer`);
      this.#head.copyWithin(0, from, this.#headLength);
      this.#headLength -= from;
    }
  }

  #begin(reading: AnswerReader, answer: AnswerHead, from: number): void {
    const rest = this.#head.subarray(from, this.#headLength);
    this.#headLength = 0;
    reading.begin(answer, this);
    this.#answer = answer;
    let progress = reading.took(0);
    let at = 0;
    while (at < rest.length && progress === 'goes on') {
      const copied = rest.copy(reading.room(), 0, at);
      at += copied;
      progress = reading.took(copied);
    }
    this.#go(reading, progress === 'whole' && at < rest.length ? 'more than whole' : progress);
  }

  #go(reading: AnswerReader, progress: BodyProgress): void {
    if (progress === 'goes on') return;
    // A length that is not the body's, or an answer to nobody: neither is to be believed.
    if (progress === 'more than whole') throw new Error(`${this.#origin} sent more than its answer says`);
    const answer = this.#answer!;
    const isSent = (this.#upload?.isWhole ?? true) && this.#socket.writableLength === 0;
    this.#release();
    if (answer.keepsAlive && isSent && !this.#socket.destroyed) this.#rest(answer, reading);
    else this.#socket.destroy();
    reading.done();
  }

  #onEnd(): void {
    const reading = this.#reading;
    if (reading && this.#answer && reading.closed?.()) {
      this.#release();
      reading.done();
    }
    this.#socket.destroy();
  }

  #release(): AnswerReader | undefined {
    const reading = this.#reading;
    this.#reading = undefined;
    this.#answer = undefined;
    if (reading?.signal) unwatch(reading.signal, this);
    this.#upload?.leave();
    this.#upload = undefined;
    return reading;
  }

  #rest({ headers }: AnswerHead, { idleMs }: AnswerReader): void {
    // A server that says how long it waits closes then: a second before it nobody may ask any more.
    const seconds = /\btimeout=(\d+)/i.exec(headers['keep-alive'] ?? '')?.[1];
    const restMs = seconds === undefined ? idleMs : Math.min(idleMs, Number(seconds) * 1000 - 1000);
    if (restMs <= 0) {
      this.#socket.destroy();
      return;
    }
    if (restMs !== idleMs) this.#socket.setTimeout(restMs);
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
    this.#release()?.fail(error, this.#isUnheard);
  }
}

const closed = (origin: string): Error =>
  Object.assign(new Error(`${origin} closed the connection`), { code: 'ECONNRESET' });

/** `onread` is as good for TLS as it is for plain sockets; its types do not say so. */
function tlsOptions(origin: string, host: string, port: number, onread: object): ConnectionOptions {
  const session = sessions.get(origin);
  return {
    host,
    port,
    // An address is no name.
    servername: isIP(host) ? '' : host,
    ALPNProtocols: ['http/1.1'],
    ...(session ? { session } : {}),
    ...{ onread },
  };
}
