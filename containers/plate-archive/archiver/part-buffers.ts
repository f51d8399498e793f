/** Of usual parts, from one tar of this thread to the next: memory that is thrown away stays for a while. */
const spare: ArrayBuffer[] = [];
const mostSpare = 3;
const mostSpareBytes = 16 * 1024 * 1024;

/** Nothing is made any more: what comes then needs the memory itself. */
export function dropSpareParts(): void {
  for (const memory of spare.splice(0)) memory.transfer(0);
}

function memoryOf(bytes: number): ArrayBuffer {
  const at = spare.findIndex(({ byteLength }) => byteLength === bytes);
  return at < 0 ? new ArrayBuffer(bytes) : spare.splice(at, 1)[0]!;
}

/** A few buffers that parts take turns in: what a process holds does not grow with what it moves. */
export class PartBuffers {
  readonly #bytes: number;
  #left: number;
  readonly #idle: ArrayBuffer[] = [];
  readonly #waiting: { take(memory: ArrayBuffer): void; fail(error: Error): void }[] = [];
  #error: Error | undefined;

  /** A part's padding and end blocks may make it some blocks longer than `partBytes`. */
  constructor(partBytes: number, count: number) {
    this.#bytes = partBytes + 16 * 1024;
    this.#left = count;
  }

  /** A buffer of so many bytes, with anything in it; waits for one that is given back. */
  async take(bytes: number): Promise<Buffer> {
    if (this.#error) throw this.#error;
    if (bytes > this.#bytes)
      throw new RangeError(`a part of ${bytes} bytes, and buffers have ${this.#bytes}`);
    const idle = this.#idle.pop() ?? (this.#left-- > 0 ? memoryOf(this.#bytes) : undefined);
    const memory =
      idle ?? (await new Promise<ArrayBuffer>((take, fail) => this.#waiting.push({ take, fail })));
    return Buffer.from(memory, 0, bytes);
  }

  give(buffer: Buffer): void {
    const memory = buffer.buffer as ArrayBuffer;
    const next = this.#waiting.shift();
    if (next) next.take(memory);
    else this.#idle.push(memory);
  }

  /** When nobody uses them any more. */
  close(): void {
    for (const memory of this.#idle.splice(0))
      if (spare.length < mostSpare && memory.byteLength <= mostSpareBytes) spare.push(memory);
  }

  /** Buffers of what failed do not come back: who waits hears it instead. */
  fail(error: Error): void {
    this.#error ??= error;
    for (const each of this.#waiting.splice(0)) each.fail(error);
  }
}
