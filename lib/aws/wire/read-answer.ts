import { PageBody } from './page-body.ts';

/** An answer that is all there. */
export interface WholeAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const mostHeadBytes = 64 * 1024;
const endOfHead = Buffer.from('\r\n\r\n');

/**
 * Puts one answer of HTTP/1.1 together from the bytes of its connection (RFC 9112, 6.3): the body is as long as the head says, comes
 * in chunks, or ends with the connection. What announces another answer (1xx) is passed over.
 */
export class AnswerReader {
  readonly #hasNoBody: boolean;
  #head: Buffer = Buffer.alloc(0);
  #answer: Omit<WholeAnswer, 'body'> | undefined;
  /** Of the body, where the head tells its length. */
  #expected: number | undefined;
  #chunked: PageBody | undefined;
  readonly #pieces: Buffer[] = [];
  #length = 0;

  constructor(method: string) {
    this.#hasNoBody = method === 'HEAD';
  }

  /** Whether anything of an answer has come. */
  get hasBegun(): boolean {
    return this.#answer !== undefined || this.#head.length > 0;
  }

  /** Whether the connection can be used again after it. */
  get leavesOpen(): boolean {
    return (
      (this.#expected !== undefined || this.#chunked !== undefined) &&
      this.#answer?.headers.connection?.toLowerCase() !== 'close'
    );
  }

  /** The answer once its last bytes are there. Throws where they are none of an answer. */
  add(bytes: Buffer): WholeAnswer | undefined {
    if (this.#answer) return this.#addBody(bytes);
    this.#head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    for (;;) {
      const end = this.#head.indexOf(endOfHead);
      if (end < 0 && this.#head.length > mostHeadBytes) throw new Error('the answer has no end of headers');
      if (end < 0) return undefined;
      const answer = readHead(this.#head.toString('latin1', 0, end));
      const rest = this.#head.subarray(end + endOfHead.length);
      this.#head = rest;
      if (answer.status < 200) continue;
      this.#begin(answer);
      return this.#addBody(rest);
    }
  }

  /** The answer of a connection that has ended, where that is its end. */
  end(): WholeAnswer | undefined {
    const isWhole = this.#answer && this.#expected === undefined && !this.#chunked;
    return isWhole ? { ...this.#answer!, body: Buffer.concat(this.#pieces) } : undefined;
  }

  #begin(answer: Omit<WholeAnswer, 'body'>): void {
    this.#answer = answer;
    const { headers, status } = answer;
    if (this.#hasNoBody || status === 204 || status === 304) this.#expected = 0;
    else if (headers['transfer-encoding'] !== undefined) {
      this.#chunked = new PageBody();
      if (!this.#chunked.begin(headers))
        throw new Error('the answer comes in an encoding that nobody asked for');
    } else if (headers['content-length'] !== undefined) {
      this.#expected = Number(headers['content-length']);
      if (!(this.#expected >= 0)) throw new Error('the answer has no length');
    }
  }

  #addBody(bytes: Buffer): WholeAnswer | undefined {
    if (this.#chunked) {
      this.#chunked.copy(bytes);
      return this.#chunked.isWhole() ? { ...this.#answer!, body: this.#chunked.bytes() } : undefined;
    }
    if (bytes.length > 0) this.#pieces.push(bytes);
    this.#length += bytes.length;
    if (this.#expected === undefined || this.#length < this.#expected) return undefined;
    if (this.#length > this.#expected) throw new Error(`more than ${this.#expected} bytes arrived`);
    const [first] = this.#pieces;
    return { ...this.#answer!, body: this.#pieces.length === 1 ? first! : Buffer.concat(this.#pieces) };
  }
}

function readHead(text: string): Omit<WholeAnswer, 'body'> {
  const [start = '', ...lines] = text.split('\r\n');
  // `HTTP/1.1 200 OK`
  const status = Number(/^HTTP\/1\.\d (\d{3})(?: |$)/.exec(start)?.[1] ?? Number.NaN);
  if (!(status >= 100)) throw new Error(`${JSON.stringify(start.slice(0, 60))} begins no answer`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status, headers };
}
