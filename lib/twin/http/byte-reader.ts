/** Reads lines and runs of bytes from a stream of buffers, holding no more than one buffer and one line. */
export class ByteReader {
  private readonly source: AsyncIterator<Buffer>;
  private readonly tooShort: () => Error;
  private buffer: Buffer = Buffer.alloc(0);

  /** `tooShort` makes the error for a stream that ends, or a line that goes on, where it must not. */
  constructor(source: AsyncIterable<Buffer>, tooShort: () => Error) {
    this.source = source[Symbol.asyncIterator]();
    this.tooShort = tooShort;
  }

  /** The next line without its CRLF or LF. */
  async line(limit: number): Promise<string> {
    const line = await this.lastLine(limit);
    if (line === undefined) throw this.tooShort();
    return line;
  }

  /** The next line, or undefined when the stream has ended. */
  async lastLine(limit: number): Promise<string | undefined> {
    for (;;) {
      const end = this.buffer.indexOf(0x0a);
      if (end >= 0) {
        const line = this.buffer.subarray(0, end).toString('utf8');
        this.buffer = this.buffer.subarray(end + 1);
        return line.endsWith('\r') ? line.slice(0, -1) : line;
      }
      if (this.buffer.length > limit) throw this.tooShort();
      const next = await this.source.next();
      if (next.done) {
        if (this.buffer.length > 0) throw this.tooShort();
        return undefined;
      }
      this.buffer = this.buffer.length === 0 ? next.value : Buffer.concat([this.buffer, next.value]);
    }
  }

  /** Between 1 and `most` bytes. */
  async some(most: number): Promise<Buffer> {
    while (this.buffer.length === 0) {
      const next = await this.source.next();
      if (next.done) throw this.tooShort();
      this.buffer = next.value;
    }
    const piece = this.buffer.subarray(0, most);
    this.buffer = this.buffer.subarray(piece.length);
    return piece;
  }
}
