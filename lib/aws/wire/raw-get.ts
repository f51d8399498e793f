import { PageBody } from './listing/page-body.ts';
import { type AnswerReader, type BodyProgress, take, WireConnection } from './socket/connection.ts';
import type { AnswerHead } from './socket/head.ts';
import { outgoing, type WireRequest } from './socket/outgoing.ts';

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
  /** As long as the body must be; undefined: it is a page, as long as it says. */
  readonly target?: Buffer;
  /** Called with a whole page. The memory is the next one's as soon as this returns. */
  readonly onPage?: (body: Buffer) => void;
  readonly onBytes?: ((bytes: Buffer) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A socket that says nothing for this long is given up. */
  readonly idleMs: number;
}

export type RawAnswer = Pick<AnswerHead, 'status' | 'headers'>;

/**
 * GET straight into memory: the kernel writes into the buffer that the bytes are wanted in. Rejects with NotTheBytes, or with
 * the socket's error.
 */
export async function rawGet(get: RawGet): Promise<RawAnswer> {
  get.signal?.throwIfAborted();
  const sent = outgoing(get.request, await get.request.headers());
  const ask = (connection: WireConnection): Promise<RawAnswer> =>
    new Promise((done, fail) =>
      connection.ask(
        sent,
        get.target ? new IntoTarget(get, get.target, done, fail) : new IntoPage(get, done, fail),
      ),
    );
  const { connection, isUsed } = take(get.request.origin);
  try {
    return await ask(connection);
  } catch (error) {
    // S3 closes a connection that rested for a while just when it is used again: that is no fault of the request.
    if (!isUsed || !(error instanceof ClosedUnused)) throw error;
    get.signal?.throwIfAborted();
    return await ask(new WireConnection(get.request.origin));
  }
}

class ClosedUnused extends Error {}

/** What the two ways have in common. */
abstract class Into implements AnswerReader {
  readonly idleMs: number;
  readonly signal: AbortSignal | undefined;
  protected answer: RawAnswer | undefined;
  readonly #done: (answer: RawAnswer) => void;
  readonly #fail: (error: Error) => void;

  constructor(get: RawGet, done: (answer: RawAnswer) => void, fail: (error: Error) => void) {
    this.idleMs = get.idleMs;
    this.signal = get.signal;
    this.#done = done;
    this.#fail = fail;
  }

  begin(head: AnswerHead, connection: WireConnection): void {
    if ((head.status !== 200 && head.status !== 206) || !this.fits(head, connection))
      throw new NotTheBytes(head.status);
    this.answer = head;
  }

  done(): void {
    this.#done(this.answer!);
  }

  fail(error: Error, isUnheard: boolean): void {
    this.#fail(isUnheard ? new ClosedUnused(error.message) : error);
  }

  protected abstract fits(head: AnswerHead, connection: WireConnection): boolean;
  abstract room(): Buffer;
  abstract took(length: number): BodyProgress;
}

class IntoTarget extends Into {
  readonly #target: Buffer;
  readonly #onBytes: RawGet['onBytes'];
  #filled = 0;

  constructor(get: RawGet, target: Buffer, done: (answer: RawAnswer) => void, fail: (error: Error) => void) {
    super(get, done, fail);
    this.#target = target;
    this.#onBytes = get.onBytes;
  }

  protected fits({ headers }: AnswerHead): boolean {
    return (
      headers['transfer-encoding'] === undefined && Number(headers['content-length']) === this.#target.length
    );
  }

  room(): Buffer {
    return this.#target.subarray(this.#filled);
  }

  took(length: number): BodyProgress {
    const from = this.#filled;
    this.#filled += length;
    if (length > 0) this.#onBytes?.(this.#target.subarray(from, this.#filled));
    return this.#filled === this.#target.length ? 'whole' : 'goes on';
  }
}

/** The memory that pages are read in: a connection reads one at a time. */
const pages = new WeakMap<WireConnection, PageBody>();

class IntoPage extends Into {
  readonly #onPage: RawGet['onPage'];
  #page!: PageBody;

  constructor(get: RawGet, done: (answer: RawAnswer) => void, fail: (error: Error) => void) {
    super(get, done, fail);
    this.#onPage = get.onPage;
  }

  protected fits({ headers }: AnswerHead, connection: WireConnection): boolean {
    this.#page = pages.get(connection) ?? new PageBody();
    pages.set(connection, this.#page);
    return this.#page.begin(headers);
  }

  room(): Buffer {
    return this.#page.room();
  }

  /** It is read before anybody else may use the memory. */
  took(length: number): BodyProgress {
    this.#page.took(length);
    if (!this.#page.isWhole()) return 'goes on';
    this.#onPage?.(this.#page.bytes());
    return 'whole';
  }
}
