import { encodeItem } from '../../contract/run/shard-index.ts';
import type { Item } from '../../contract/workload/workload.ts';
import { Lines } from './lines.ts';

const start = Buffer.from('{"name":"');
const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;

/**
 * Items as the lines that they are stored as, found by their place and by their name: 8 bytes an item beside its line,
 * and no object until somebody wants one. Names are distinct.
 */
export class ItemList implements Iterable<Item> {
  readonly #lines: Lines;
  /** Where each line begins, and the last one ends. */
  #starts = new Float64Array(1024);
  #length = 0;
  /** Open addressing, places + 1; made when a name is first looked for. */
  #table: Uint32Array | undefined;
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
    let from = 0;
    while (from < lines.length) {
      const end = lines.indexOf(newline, from) + 1;
      if (this.#length + 1 >= this.#starts.length) {
        const more = new Float64Array(this.#starts.length * 2);
        more.set(this.#starts);
        this.#starts = more;
      }
      this.#starts[this.#length + 1] = this.#starts[this.#length]! + (end - from);
      this.#length++;
      if (!this.hasOwners && hasOwner(lines, from)) this.hasOwners = true;
      from = end;
    }
    this.#lines.append(lines);
  }

  /** The first so many as a list of their own. */
  first(count: number): ItemList {
    const copy = new ItemList();
    for (let at = 0; at < count; ) {
      const to = Math.min(count, at + 4096);
      copy.append(Buffer.from(this.#lines.slice(this.#starts[at]!, this.#starts[to]!)));
      at = to;
    }
    return copy;
  }

  lineAt(index: number): Buffer {
    return this.#lines.slice(this.#starts[index]!, this.#starts[index + 1]!);
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

  /** The place of the item with this line's name. */
  indexOfLine(line: Buffer): number {
    // A copy: the line may be a view that the next one takes the place of.
    return this.#find(Buffer.from(line.subarray(start.length, nameEnd(line, 0))));
  }

  /** Whether the lines from this place on are these; how many they are, or undefined. */
  matches(index: number, lines: Buffer): number | undefined {
    if (index >= this.#length || lines.length === 0) return undefined;
    const from = this.#starts[index]!;
    if (!this.#lines.has(from, lines)) return undefined;
    let low = index;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! < from + lines.length) low = middle + 1;
      else high = middle;
    }
    return this.#starts[low] === from + lines.length ? low - index : undefined;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let index = 0; index < this.#length; index++) yield this.at(index);
  }

  #find(name: Buffer): number {
    const table = this.#hashAll();
    const mask = table.length - 1;
    for (let slot = hash(name, 0, name.length) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
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
      this.#hashed = 0;
    }
    const table = this.#table;
    const mask = table.length - 1;
    for (; this.#hashed < this.#length; this.#hashed++) {
      const line = this.lineAt(this.#hashed);
      let slot = hash(line, start.length, nameEnd(line, 0)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = this.#hashed + 1;
    }
    return table;
  }
}

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
    if (body.compare(start, 0, start.length, from, Math.min(body.length, from + start.length)) !== 0)
      return false;
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
