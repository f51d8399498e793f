const firstBytes = 512 * 1024;
const mostBytes = 64 * 1024 * 1024;
const lineEnd = Buffer.from('\r\n');
const noMore = Buffer.from('\r\n\r\n');

/**
 * The body of an answer whose length the head says, or that comes in chunks (RFC 9112, 7.1): as S3's listings do. The memory is used
 * again for the next one, and is as large as the largest was.
 */
export class PageBody {
  #memory = Buffer.allocUnsafeSlow(firstBytes);
  #length = 0;
  #expected: number | undefined;
  /** Where the next chunk's line begins. */
  #at = 0;
  readonly #chunks: [from: number, end: number][] = [];

  /** Begins anew. False: nothing says where the body ends. */
  begin(headers: Readonly<Record<string, string>>): boolean {
    this.#length = 0;
    this.#at = 0;
    this.#chunks.length = 0;
    const isChunked = headers['transfer-encoding']?.toLowerCase() === 'chunked';
    const length = Number(headers['content-length'] ?? Number.NaN);
    this.#expected = isChunked ? undefined : length;
    return isChunked || (length >= 0 && length <= mostBytes);
  }

  /** Where the next bytes belong. */
  room(): Buffer {
    if (this.#length === this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(this.#memory.length * 2);
      this.#memory.copy(larger);
      this.#memory = larger;
    }
    return this.#memory.subarray(this.#length);
  }

  /** Bytes that came with the head. */
  copy(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const copied = bytes.copy(this.room(), 0, from);
      from += copied;
      this.#length += copied;
    }
  }

  /** So many bytes are in their room. */
  took(length: number): void {
    this.#length += length;
  }

  /** Whether all of it is there. Throws where it is not what it says it is. */
  isWhole(): boolean {
    if (this.#length > mostBytes) throw new Error('an answer of more than 64 MiB is no page');
    if (this.#expected !== undefined) {
      if (this.#length > this.#expected) throw new Error(`more than ${this.#expected} bytes arrived`);
      return this.#length === this.#expected;
    }
    const bytes = this.#memory.subarray(0, this.#length);
    for (;;) {
      const end = bytes.indexOf(lineEnd, this.#at);
      if (end < 0) return false;
      const size = bytes.toString('latin1', this.#at, end).split(';')[0]!.trim();
      if (!/^[0-9a-fA-F]{1,7}$/.test(size)) throw new Error('a chunk has no length');
      const count = Number.parseInt(size, 16);
      // The last one is empty, and a line that is empty comes behind it and its trailers.
      if (count === 0) {
        const stop = bytes.indexOf(noMore, end);
        return stop >= 0 && stop === this.#length - noMore.length;
      }
      const from = end + lineEnd.length;
      if (from + count + lineEnd.length > this.#length) return false;
      this.#chunks.push([from, from + count]);
      this.#at = from + count + lineEnd.length;
    }
  }

  /** What is whole, until the next one begins. */
  bytes(): Buffer {
    if (this.#expected !== undefined) return this.#memory.subarray(0, this.#length);
    let length = 0;
    for (const [from, end] of this.#chunks) length += this.#memory.copy(this.#memory, length, from, end);
    return this.#memory.subarray(0, length);
  }
}
