import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AnswerReader, type WholeAnswer } from './read-answer.ts';
import type { WholeRequest } from './request.ts';

/**
 * Sends a request once and reads all of its answer. Over the socket itself: what Node's own client loads, and makes for each request, is
 * an eighth of a container's start. A socket that says nothing for `idleMs` is given up. Rejects with the socket's error, or where what
 * came is no answer or breaks off.
 */
export async function exchange(request: WholeRequest, idleMs: number): Promise<WholeAnswer> {
  const { origin, method, target, body } = request;
  // What is signed names its host itself.
  const headers: Record<string, string> = { host: new URL(origin).host, ...(await request.headers()) };
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  if (body) text += `content-length: ${body.length}\r\n`;
  const line = take(origin) ?? new Line(origin);
  return line.ask(`${text}\r\n`, method, body, idleMs);
}

/** Open connections that nobody asks anything of, by where they lead. */
const resting = new Map<string, Line[]>();

function take(origin: string): Line | undefined {
  const lines = resting.get(origin);
  for (let line = lines?.pop(); line; line = lines?.pop()) {
    if (line.isFresh()) return line;
    line.close();
  }
  return undefined;
}

/** With the code that Node gives it: who asks tells a network that is gone from a fault of ours by it. */
const brokenOff = (code: string, message: string): Error => Object.assign(new Error(message), { code });

interface Waiting {
  readonly reader: AnswerReader;
  readonly idleMs: number;
  done(answer: WholeAnswer): void;
  fail(error: Error): void;
}

/** A connection, and the one question that is open on it. */
class Line {
  readonly #origin: string;
  readonly #socket: Socket;
  #waiting: Waiting | undefined;
  /** When the server will close it, in ms since the process began. */
  #closesAt = Number.POSITIVE_INFINITY;

  constructor(origin: string) {
    this.#origin = origin;
    const { protocol, hostname, port } = new URL(origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    this.#socket =
      protocol === 'https:'
        ? connectTls({ host, port: Number(port || 443), ...(isIP(host) ? {} : { servername: host }) })
        : connect({ host, port: Number(port || 80) });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', bytes => this.#onBytes(bytes));
    this.#socket.on('timeout', () => {
      const seconds = (this.#waiting?.idleMs ?? 0) / 1000;
      this.#socket.destroy(brokenOff('ETIMEDOUT', `${origin} said nothing for ${seconds} s`));
    });
    this.#socket.on('error', error => this.#end(error));
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#end(brokenOff('ECONNRESET', `${origin} closed the connection`)));
  }

  isFresh(): boolean {
    return !this.#socket.destroyed && performance.now() < this.#closesAt;
  }

  close(): void {
    this.#socket.destroy();
  }

  ask(head: string, method: string, body: Buffer | undefined, idleMs: number): Promise<WholeAnswer> {
    return new Promise((done, fail) => {
      this.#waiting = { reader: new AnswerReader(method), idleMs, done, fail };
      this.#socket.ref();
      this.#socket.setTimeout(idleMs);
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      if (body && body.length > 0) this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  #onBytes(bytes: Buffer): void {
    const waiting = this.#waiting;
    try {
      const answer = waiting?.reader.add(bytes);
      if (answer) this.#answered(waiting!, answer);
      // Nobody has asked.
      else if (!waiting) this.#socket.destroy();
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
  }

  #answered(waiting: Waiting, answer: WholeAnswer): void {
    this.#waiting = undefined;
    if (waiting.reader.leavesOpen) this.#rest(answer);
    else this.#socket.destroy();
    waiting.done(answer);
  }

  #rest({ headers }: WholeAnswer): void {
    const seconds = Number(/timeout=(\d+)/.exec(headers['keep-alive'] ?? '')?.[1] ?? Number.NaN);
    // A second before: what is on its way when the server closes is lost.
    this.#closesAt = seconds > 0 ? performance.now() + (seconds - 1) * 1000 : Number.POSITIVE_INFINITY;
    this.#socket.setTimeout(0);
    // A program may end while connections rest.
    this.#socket.unref();
    const others = resting.get(this.#origin);
    if (others) others.push(this);
    else resting.set(this.#origin, [this]);
  }

  #end(error: Error): void {
    const others = resting.get(this.#origin);
    const at = others?.indexOf(this) ?? -1;
    if (at >= 0) others!.splice(at, 1);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const answer = waiting?.reader.end();
    if (answer) waiting!.done(answer);
    else waiting?.fail(error);
  }
}
