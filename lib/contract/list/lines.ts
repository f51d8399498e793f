import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bytes } from './bytes.ts';

/** Bytes up to which lines stay in memory. */
export const mostInMemory = 4 * 2 ** 20;
/** What is read at once of lines that are on disk, where they are asked for one after the other, and where they are not. */
const windowBytes = 256 * 2 ** 10;
const leapBytes = 16 * 2 ** 10;
/** What is written as text comes together to so much. */
const blockBytes = 64 * 2 ** 10;

/**
 * Bytes that grow at their end, read by their position. Up to a limit they are in memory, and beyond it in a file of the
 * temporary folder that has no name any more: a manifest may be larger than this process may be.
 */
export class Lines implements Bytes {
  #chunks: { readonly from: number; readonly body: Buffer }[] = [];
  #length = 0;
  #file: number | undefined;
  #window: { readonly from: number; readonly body: Buffer } = { from: 0, body: Buffer.alloc(0) };
  #space: Buffer | undefined;
  #most: number;
  /** Text that was written last. */
  #block: Buffer | undefined;
  #written = 0;

  constructor(most = mostInMemory) {
    this.#most = most;
  }

  /** Bytes. */
  get length(): number {
    return this.#length + this.#written;
  }

  /** Adds a text in UTF-8. */
  write(text: string): void {
    // UTF-8 has three bytes at most for each of a string's units.
    if (text.length * 3 > blockBytes - this.#written) this.#flush();
    if (text.length * 3 > blockBytes) this.append(Buffer.from(text));
    else {
      this.#block ??= Buffer.allocUnsafeSlow(blockBytes);
      this.#written += this.#block.write(text, this.#written);
    }
  }

  #flush(): void {
    const block = this.#block?.subarray(0, this.#written);
    this.#written = 0;
    if (block) this.appendCopy(block);
  }

  /** Adds bytes, which are kept as they are. */
  append(body: Buffer): void {
    this.#add(body, each => each);
  }

  /** Adds bytes that are their caller's own again. */
  appendCopy(body: Buffer): void {
    this.#add(body, each => Buffer.from(each));
  }

  #add(body: Buffer, kept: (body: Buffer) => Buffer): void {
    if (this.#written > 0) this.#flush();
    if (body.length === 0) return;
    if (this.#file === undefined && this.#length + body.length > this.#most) this.#moveToDisk();
    if (this.#file === undefined) this.#chunks.push({ from: this.#length, body: kept(body) });
    else writeAt(this.#file, body, this.#length);
    this.#length += body.length;
  }

  /** `[from, to)`, good until the next slice: a view where it lies in one piece, else a copy. */
  slice(from: number, to: number): Buffer {
    if (to > this.#length) this.#flush();
    if (this.#file !== undefined) return this.#fromDisk(this.#file, from, to);
    const chunk = this.#chunks[this.#chunkAt(from)];
    if (!chunk || to <= from) return Buffer.alloc(0);
    if (to <= chunk.from + chunk.body.length) return chunk.body.subarray(from - chunk.from, to - chunk.from);
    const pieces: Buffer[] = [];
    for (let at = from, index = this.#chunkAt(from); at < to; index++) {
      const each = this.#chunks[index]!;
      const piece = each.body.subarray(at - each.from, to - each.from);
      pieces.push(piece);
      at += piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Whether the bytes from there on are these. */
  has(from: number, body: Buffer): boolean {
    if (from + body.length > this.length) return false;
    for (let at = 0; at < body.length; at += windowBytes) {
      const piece = body.subarray(at, at + windowBytes);
      if (!this.slice(from + at, from + at + piece.length).equals(piece)) return false;
    }
    return true;
  }

  #chunkAt(at: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]!.from <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #moveToDisk(): void {
    const path = join(tmpdir(), `arraylab-${process.pid}-${Math.random().toString(36).slice(2)}.lines`);
    let file: number | undefined;
    try {
      file = openSync(path, 'wx+', 0o600);
      // What no name leads to is gone with this process, however that ends.
      rmSync(path, { force: true });
      for (const { from, body } of this.#chunks) writeAt(file, body, from);
    } catch {
      // No folder to write to, or no room in it: then in memory, for as long as that lasts.
      if (file !== undefined) closeSync(file);
      this.#most = Number.POSITIVE_INFINITY;
      return;
    }
    this.#file = file;
    openFiles.register(this, file);
    this.#chunks = [];
  }

  #fromDisk(file: number, from: number, to: number): Buffer {
    const { from: start, body } = this.#window;
    const end = start + body.length;
    if (from >= start && to <= end) return body.subarray(from - start, to - start);
    if (to - from > windowBytes) return readAt(file, Buffer.allocUnsafe(to - from), from);
    // One window for all: a new one each time would be garbage as large as the file.
    this.#space ??= Buffer.allocUnsafeSlow(windowBytes);
    const isNext = from >= start && from <= end + leapBytes;
    const bytes = Math.max(to - from, isNext ? windowBytes : leapBytes);
    const space = this.#space.subarray(0, Math.min(this.#length - from, bytes));
    this.#window = { from, body: readAt(file, space, from) };
    return this.#window.body.subarray(0, to - from);
  }
}

const openFiles = new FinalizationRegistry<number>(file => closeSync(file));

function writeAt(file: number, body: Buffer, at: number): void {
  for (let written = 0; written < body.length; )
    written += writeSync(file, body, written, body.length - written, at + written);
}

function readAt(file: number, body: Buffer, from: number): Buffer {
  for (let read = 0; read < body.length; ) {
    const got = readSync(file, body, read, body.length - read, from + read);
    if (got === 0) throw new Error('a temporary file has become shorter while it was read');
    read += got;
  }
  return body;
}
