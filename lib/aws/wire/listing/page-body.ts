import { BodyDecoder, bodyEnd } from '../socket/body-decoder.ts';

const firstBytes = 512 * 1024;
const mostBytes = 64 * 1024 * 1024;

/**
 * The body of an answer whose length the head says, or that comes in chunks: as S3's listings do. The memory is used again for
 * the next one, and is as large as the largest was.
 */
export class PageBody {
  #memory = Buffer.allocUnsafeSlow(firstBytes);
  #length = 0;
  readonly #decoder = new BodyDecoder();

  /** Begins anew. False: nothing says where the body ends. */
  begin(headers: Readonly<Record<string, string>>): boolean {
    this.#length = 0;
    const end = bodyEnd({ status: 200, headers }, 'GET');
    this.#decoder.begin(end);
    return end !== 'close' && !(Number(end) > mostBytes);
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

  /** So many bytes are in their room. Throws where they are not what they say they are. */
  took(length: number): void {
    const from = this.#length;
    // What is between chunks is written over.
    const taken = this.#decoder.take(this.#memory.subarray(from, from + length), (at, end) => {
      this.#length += this.#memory.copy(this.#memory, this.#length, from + at, from + end);
    });
    if (this.#length > mostBytes) throw new Error('an answer of more than 64 MiB is no page');
    if (taken < length) throw new Error(`more than ${this.#length} bytes arrived`);
  }

  /** Whether all of it is there. */
  isWhole(): boolean {
    return this.#decoder.isWhole;
  }

  /** What is whole, until the next one begins. */
  bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }
}
