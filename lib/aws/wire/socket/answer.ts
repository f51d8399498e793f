import { Readable } from 'node:stream';
import { BodyDecoder, bodyEnd } from './body-decoder.ts';
import type { AnswerReader, BodyProgress, WireConnection } from './connection.ts';
import type { AnswerHead } from './head.ts';

const slabBytes = 64 * 1024;
/** Less room than this is not worth a read. */
const leastBytes = 4 * 1024;
/** Nothing more is read while this much waits for somebody to say what becomes of it. */
const mostUnasked = 256 * 1024;

/** An answer of any kind, whose body is read, streamed or dropped by whoever gets it once its head has come. */
export class Answer implements AnswerReader {
  readonly idleMs: number;
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  isPaused = false;

  readonly #method: string;
  readonly #began: (answer: Answer) => void;
  readonly #failed: (error: Error) => void;
  readonly #decoder = new BodyDecoder();
  #connection: WireConnection | undefined;
  #slab = Buffer.alloc(0);
  #used = 0;
  #pieces: Buffer[] = [];
  #held = 0;
  #isDone = false;
  #error: Error | undefined;
  #isDropped = false;
  #stream: Readable | undefined;
  #whole: { done(bytes: Buffer): void; fail(error: Error): void } | undefined;

  constructor(
    method: string,
    idleMs: number,
    began: (answer: Answer) => void,
    failed: (error: Error) => void,
  ) {
    this.idleMs = idleMs;
    this.#method = method;
    this.#began = began;
    this.#failed = failed;
  }

  /** All of the body; rejects where it broke off. Ask once, and for nothing else. */
  bytes(): Promise<Buffer> {
    return new Promise((done, fail) => {
      this.#whole = { done, fail };
      if (this.#error) fail(this.#error);
      else if (this.#isDone) done(Buffer.concat(this.#pieces));
      else this.#goOn();
    });
  }

  /** The body as a stream; its end before the body's closes the connection. */
  get body(): Readable {
    if (this.#stream) return this.#stream;
    const stream = new Readable({
      read: () => this.#goOn(),
      destroy: (error, done) => {
        if (!this.#isDone) this.#connection?.drop();
        done(error);
      },
    });
    this.#stream = stream;
    for (const piece of this.#pieces) stream.push(piece);
    this.#pieces = [];
    if (this.#error) stream.destroy(this.#error);
    else if (this.#isDone) stream.push(null);
    return stream;
  }

  /** The body is of no interest: it is read, so that the connection can be used again. */
  drop(): void {
    this.#isDropped = true;
    this.#pieces = [];
    this.#goOn();
  }

  begin({ status, headers }: AnswerHead, connection: WireConnection): void {
    this.status = status;
    this.headers = headers;
    this.#decoder.begin(bodyEnd({ status, headers }, this.#method));
    this.#connection = connection;
    this.#began(this);
  }

  room(): Buffer {
    // A little that is left may be less than a read: then it is the next one's.
    if (this.#slab.length - this.#used < leastBytes) {
      // Most answers are small, and many: what they do not need is garbage.
      this.#slab = Buffer.allocUnsafeSlow(Math.min(slabBytes, this.#decoder.left + leastBytes));
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used);
  }

  took(length: number): BodyProgress {
    const from = this.#used;
    this.#used += length;
    const taken = this.#decoder.take(this.#slab.subarray(from, from + length), (at, end) =>
      this.#give(this.#slab.subarray(from + at, from + end)),
    );
    if (!this.#decoder.isWhole) return 'goes on';
    return taken < length ? 'more than whole' : 'whole';
  }

  closed(): boolean {
    return this.#decoder.closed();
  }

  done(): void {
    this.#isDone = true;
    this.#stream?.push(null);
    this.#whole?.done(Buffer.concat(this.#pieces));
  }

  fail(error: Error): void {
    if (this.#isDone) return;
    this.#error = error;
    if (!this.#connection) this.#failed(error);
    this.#stream?.destroy(error);
    this.#whole?.fail(error);
  }

  #give(piece: Buffer): void {
    if (this.#isDropped) return;
    if (this.#stream) {
      if (!this.#stream.push(piece)) this.isPaused = true;
      return;
    }
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (!this.#whole && this.#held > mostUnasked) this.isPaused = true;
  }

  #goOn(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    if (!this.#isDone) this.#connection?.resume();
  }
}
