import type { AnswerHead } from './head.ts';

/** What tells where a body ends: its length in bytes, its own chunks, or the end of the connection. */
export type BodyEnd = number | 'chunks' | 'close';

/** As RFC 9112, 6.3 has it. Throws where an answer says it in a way that is not known, or in two. */
export function bodyEnd(
  { status, headers }: Pick<AnswerHead, 'status' | 'headers'>,
  method: string,
): BodyEnd {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined && length !== undefined)
    throw new Error('an answer has a length and a transfer coding');
  if (length !== undefined && !/^\d{1,15}$/.test(length))
    throw new Error(`an answer has the length ${length.slice(0, 100)}`);
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new Error(`an answer has the transfer coding ${coding.slice(0, 100)}`);
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  if (coding !== undefined) return 'chunks';
  return length === undefined ? 'close' : Number(length);
}

const lf = 10;
const cr = 13;
/** Extensions of a chunk, and trailers, that nobody sends. */
const mostOfALine = 64 * 1024;
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = '"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
const chunkLine = new RegExp(`^([0-9a-fA-F]{1,13})(?:;${token}(?:=(?:${token}|${quoted}))?)*$`);
/** Of where an answer ends nothing may be said once it has. */
const trailerLine = new RegExp(
  `^(?!(?:content-length|transfer-encoding):)${token}:[^\\0-\\x08\\x0a-\\x1f\\x7f]*$`,
  'i',
);

/** Finds the pieces of a body in what a connection brings, however that is cut (RFC 9112, 6 and 7.1). */
export class BodyDecoder {
  #state: 'size' | 'bytes' | 'after-bytes' | 'trailers' | 'whole' = 'whole';
  /** Of the body, or of the chunk that is read. */
  #left = 0;
  #isChunked = false;
  /** The part of a line that has come. */
  #line = '';
  #trailers = 0;

  begin(end: BodyEnd): void {
    this.#isChunked = end === 'chunks';
    this.#line = '';
    this.#trailers = 0;
    this.#left = typeof end === 'number' ? end : Number.POSITIVE_INFINITY;
    this.#state = end === 0 ? 'whole' : this.#isChunked ? 'size' : 'bytes';
  }

  get isWhole(): boolean {
    return this.#state === 'whole';
  }

  /** No more of the body than this is to come; infinite where nothing but its end tells. */
  get left(): number {
    return this.#isChunked ? Number.POSITIVE_INFINITY : this.#left;
  }

  /** The connection has ended: true where that was the end of the body. */
  closed(): boolean {
    if (this.#state === 'bytes' && !this.#isChunked && this.#left === Number.POSITIVE_INFINITY)
      this.#state = 'whole';
    return this.isWhole;
  }

  /** Calls `piece` for each part of the body in these bytes. Answers how many are of this answer. Throws where they are no chunks. */
  take(bytes: Buffer, piece: (from: number, end: number) => void): number {
    let at = 0;
    while (at < bytes.length && this.#state !== 'whole') {
      if (this.#state === 'bytes') {
        const end = Math.min(bytes.length, at + this.#left);
        this.#left -= end - at;
        piece(at, end);
        at = end;
        if (this.#left === 0) this.#state = this.#isChunked ? 'after-bytes' : 'whole';
      } else at = this.#takeLine(bytes, at);
    }
    return at;
  }

  /** Answers where the next line begins. */
  #takeLine(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(lf, at);
    const end = found < 0 ? bytes.length : found;
    this.#line += bytes.toString('latin1', at, end);
    if (this.#line.length > mostOfALine) throw new Error('a line between chunks has no end');
    if (found < 0) return end;
    if (this.#line.charCodeAt(this.#line.length - 1) !== cr)
      throw new Error(`a line between chunks ends without CR: ${JSON.stringify(this.#line.slice(0, 100))}`);
    const line = this.#line.slice(0, -1);
    this.#line = '';
    if (this.#state === 'size') this.#beginChunk(line);
    else if (this.#state === 'after-bytes') this.#endChunk(line);
    else this.#takeTrailer(line);
    return end + 1;
  }

  #beginChunk(line: string): void {
    const size = chunkLine.exec(line)?.[1];
    if (size === undefined) throw new Error(`a chunk has no length: ${JSON.stringify(line.slice(0, 100))}`);
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'bytes';
  }

  #endChunk(line: string): void {
    if (line !== '') throw new Error('a chunk is longer than its length');
    this.#state = 'size';
  }

  #takeTrailer(line: string): void {
    this.#trailers += line.length;
    if (line === '') this.#state = 'whole';
    else if (!trailerLine.test(line) || this.#trailers > mostOfALine)
      throw new Error(`${JSON.stringify(line.slice(0, 100))} is no trailer`);
  }
}
