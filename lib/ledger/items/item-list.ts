import { Lines } from '../../contract/list/lines.ts';
import { encodeItem } from '../../contract/run/shard-index.ts';
import type { Item } from '../../contract/workload/workload.ts';

const start = Buffer.from('{"name":"');
const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;

/** The beginning of every so many lines is known; those between are found by their ends. */
const blockLines = 16;

/**
 * Items as the lines that they are stored as, found by their position and by their name: half a byte an item beside its
 * line, and no object until somebody wants one. Names are distinct.
 */
export class ItemList implements Iterable<Item> {
  readonly #lines: Lines;
  /** Where the first line of each block begins. */
  #blocks = new Float64Array(1024);
  #length = 0;
  /** A line that was asked for, and where it begins: mostly the next one is asked for next. */
  #near = { index: 0, from: 0 };
  /** Open addressing, positions + 1; made when a name is first looked for. */
  #table: Uint32Array | undefined;
  /** Of each slot, a byte of its name's hash that no slot is found by: a line that may be on disk is read for one name in 256 others. */
  #tags = new Uint8Array(0);
  #hashed = 0;
  /** Whether an item says what it is part of. */
  hasOwners = false;

  constructor(mostInMemory?: number) {
    this.#lines = new Lines(mostInMemory);
  }

  static of(items: Iterable<Item>): ItemList {
    const list = new ItemList();
    for (const item of items) list.append(Buffer.from(encodeItem(item)));
    return list;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds whole lines. */
  append(body: Buffer): void {
    const lines = isCanonical(body) ? body : canonical(body);
    // Hardly ever: then each line is looked at.
    const mayHaveOwners = !this.hasOwners && lines.includes(owner);
    const base = this.#lines.length;
    for (let from = 0; from < lines.length; this.#length++) {
      if (this.#length % blockLines === 0) this.#begin(this.#length / blockLines, base + from);
      if (mayHaveOwners && !this.hasOwners && hasOwner(lines, from)) this.hasOwners = true;
      from = lines.indexOf(newline, from) + 1;
    }
    this.#lines.append(lines);
  }

  /** The first so many as a list of their own. */
  first(count: number): ItemList {
    const copy = new ItemList();
    for (let at = 0; at < count; ) {
      const to = Math.min(count, at + 4096);
      copy.append(Buffer.from(this.#lines.slice(this.#startOf(at), this.#startOf(to))));
      at = to;
    }
    return copy;
  }

  /** Good until the next one is asked for. */
  lineAt(index: number): Buffer {
    const from = this.#startOf(index);
    const block = this.#lines.slice(from, this.#blockEnd(index));
    const line = block.subarray(0, block.indexOf(newline) + 1);
    this.#near = { index: index + 1, from: from + line.length };
    return line;
  }

  at(index: number): Item {
    return JSON.parse(this.lineAt(index).toString('utf8')) as Item;
  }

  nameAt(index: number): string {
    const line = this.lineAt(index);
    return JSON.parse(line.toString('utf8', start.length - 1, nameEnd(line, 0) + 1)) as string;
  }

  /** -1 where there is none. */
  indexOf(name: string): number {
    return this.#find(Buffer.from(JSON.stringify(name)).subarray(1, -1));
  }

  has(name: string): boolean {
    return this.indexOf(name) >= 0;
  }

  /** The position of the item with this line's name. */
  indexOfLine(line: Buffer): number {
    // A copy: the line may be a view that the next one takes the place of.
    return this.#find(Buffer.from(line.subarray(start.length, nameEnd(line, 0))));
  }

  /** Whether the lines from this position on are these; how many they are, or undefined. */
  matches(index: number, lines: Buffer): number | undefined {
    if (index >= this.#length || lines.length === 0) return undefined;
    const from = this.#startOf(index);
    if (!this.#lines.has(from, lines)) return undefined;
    const end = this.positionAt(from + lines.length);
    return end < 0 ? undefined : end - index;
  }

  /** The first byte of a line, counted over all. */
  byteAt(index: number): number {
    return this.#startOf(index);
  }

  /** The position of the line that begins at a byte, counted over all; behind the last one their number; -1 where none does. */
  positionAt(byte: number): number {
    if (byte === this.#lines.length) return this.#length;
    if (this.#length === 0 || byte > this.#lines.length) return -1;
    let low = 0;
    let high = Math.ceil(this.#length / blockLines) - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#blocks[middle]! <= byte) low = middle;
      else high = middle - 1;
    }
    const block = this.#lines.slice(this.#blocks[low]!, this.#blockEnd(low * blockLines));
    const wanted = byte - this.#blocks[low]!;
    let index = low * blockLines;
    let at = 0;
    for (; at < wanted; index++) at = block.indexOf(newline, at) + 1;
    return at === wanted ? index : -1;
  }

  #startOf(index: number): number {
    if (index >= this.#length) return this.#lines.length;
    if (index === this.#near.index) return this.#near.from;
    const first = index - (index % blockLines);
    const from = this.#blocks[first / blockLines]!;
    if (first === index) return from;
    const block = this.#lines.slice(from, this.#blockEnd(index));
    let at = 0;
    for (let line = first; line < index; line++) at = block.indexOf(newline, at) + 1;
    return from + at;
  }

  /** Where the block ends that a line is in. */
  #blockEnd(index: number): number {
    const next = (index - (index % blockLines)) / blockLines + 1;
    return next * blockLines < this.#length ? this.#blocks[next]! : this.#lines.length;
  }

  #begin(block: number, from: number): void {
    if (block >= this.#blocks.length) {
      const more = new Float64Array(this.#blocks.length * 2);
      more.set(this.#blocks);
      this.#blocks = more;
    }
    this.#blocks[block] = from;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let index = 0; index < this.#length; index++) yield this.at(index);
  }

  #find(name: Buffer): number {
    const table = this.#hashAll();
    const mask = table.length - 1;
    const own = hash(name, 0, name.length);
    for (let slot = own & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#tags[slot] !== tagOf(own)) continue;
      const line = this.lineAt(table[slot]! - 1);
      const end = start.length + name.length;
      if (line[end] === quote && line.compare(name, 0, name.length, start.length, end) === 0)
        return table[slot]! - 1;
    }
    return -1;
  }

  #hashAll(): Uint32Array {
    const needed = Math.max(16, 2 ** Math.ceil(Math.log2(this.#length * 1.5 + 1)));
    if (!this.#table || this.#table.length < needed) {
      this.#table = new Uint32Array(needed);
      this.#tags = new Uint8Array(needed);
      this.#hashed = 0;
    }
    const table = this.#table;
    const mask = table.length - 1;
    for (; this.#hashed < this.#length; this.#hashed++) {
      const line = this.lineAt(this.#hashed);
      const own = hash(line, start.length, nameEnd(line, 0));
      let slot = own & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = this.#hashed + 1;
      this.#tags[slot] = tagOf(own);
    }
    return table;
  }
}

const tagOf = (own: number): number => own >>> 24;

/** Where the quote is that ends the name of the line at `from`. */
function nameEnd(lines: Buffer, from: number): number {
  let at = from + start.length;
  while (lines[at] !== quote) at += lines[at] === backslash ? 2 : 1;
  return at;
}

const owner = Buffer.from(',"of":');
const hasOwner = (lines: Buffer, from: number): boolean => {
  const end = nameEnd(lines, from) + 1;
  return lines[end] === owner[0] && lines.compare(owner, 0, owner.length, end, end + owner.length) === 0;
};

/** FNV-1a. */
function hash(bytes: Buffer, from: number, to: number): number {
  let value = 0x811c9dc5;
  for (let at = from; at < to; at++) value = Math.imul(value ^ bytes[at]!, 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}

/** Whether lines look as this program writes them: names are compared as their bytes. */
function isCanonical(body: Buffer): boolean {
  if (body.length > 0 && body.at(-1) !== newline) return false;
  for (let from = 0; from < body.length; from = body.indexOf(newline, from) + 1)
    for (let i = 0; i < start.length; i++) if (body[from + i] !== start[i]) return false;
  return true;
}

const canonical = (body: Buffer): Buffer =>
  Buffer.from(
    body
      .toString('utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => encodeItem(JSON.parse(line) as Item))
      .join(''),
  );
