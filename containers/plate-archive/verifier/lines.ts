/** The frozen list and the index, read for verification alone. Nothing is believed that is not compared. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: string;
  readonly versionId?: string;
  readonly checksum?: string;
}

export interface ListHead {
  readonly format: string;
  readonly project: string;
  readonly batch: string;
  readonly plate: string;
  readonly plateFull: string;
  readonly bucket: string;
  readonly frozenAt: string;
  readonly objects: number;
  readonly bytes: number;
  readonly folders: readonly { readonly name: string; readonly prefix: string }[];
}

/** What the index alone has of an object. */
export interface IndexedMember {
  readonly key: string;
  readonly tar?: number;
  readonly offset?: number;
  readonly member?: string;
  readonly sha256: string;
  readonly crc32: string;
}

export interface IndexedObject extends IndexedMember {
  readonly size: number;
  readonly etag: string;
  readonly versionId?: string;
  readonly modified: string;
}

/** Lines of JSON as they lie in a file, each read when it is asked for: objects of them would be three times as large. */
export class LineTable<T> {
  readonly #bytes: Buffer;
  readonly #ends: Uint32Array;
  readonly #first: number;
  readonly length: number;

  /** `skip`: lines at the beginning that are others. Throws where the last line has no end. */
  constructor(bytes: Buffer, skip = 0) {
    this.#bytes = bytes;
    this.#first = skip;
    let lines = 0;
    for (let at = 0; at < bytes.length; lines++) {
      const end = bytes.indexOf(10, at);
      if (end < 0) throw new Error('the last line has no end');
      at = end + 1;
    }
    this.#ends = new Uint32Array(lines);
    for (let line = 0, at = 0; line < lines; line++) {
      const end = bytes.indexOf(10, at);
      this.#ends[line] = end;
      at = end + 1;
    }
    this.length = Math.max(0, lines - skip);
  }

  /** Throws where it is no JSON, or there is no such line. */
  read(place: number): T {
    if (place < 0 || place >= this.length) throw new RangeError(`there is no line ${place}`);
    return JSON.parse(this.#text(place + this.#first)) as T;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let place = 0; place < this.length; place++) yield this.read(place);
  }

  #text(line: number): string {
    return this.#bytes.toString('utf8', line === 0 ? 0 : this.#ends[line - 1]! + 1, this.#ends[line]!);
  }
}

/**
 * Where a key lies among lines that are in the order of their keys' bytes; undefined where it does not. The line behind the last answer is
 * looked at first: listings come in that order, too.
 */
export function lookUp(lines: LineTable<ListedObject>): (key: string) => number | undefined {
  let likely = 0;
  return key => {
    const wanted = Buffer.from(key);
    const against = (place: number): number => Buffer.compare(wanted, Buffer.from(lines.read(place).key));
    if (likely < lines.length && against(likely) === 0) return likely++;
    let from = 0;
    let count = lines.length;
    while (count > 0) {
      const half = count >> 1;
      const order = against(from + half);
      if (order === 0) {
        likely = from + half + 1;
        return from + half;
      }
      if (order > 0) {
        from += half + 1;
        count -= half + 1;
      } else count = half;
    }
    likely = from;
    return undefined;
  };
}

/** The key that a member's name stands for, by the rules of docs/plate-archive.md. Undefined for a name that none has. */
export function keyOfName(name: string): string | undefined {
  if (!name.startsWith('data/')) return undefined;
  const rest = name.slice(5);
  if (!rest.startsWith('%escaped/')) return rest;
  if (!rest.endsWith('%')) return undefined;
  const components: string[] = [];
  let joined = '';
  for (const component of rest.slice(9, -1).split('/')) {
    if (component.endsWith('%+')) {
      joined += component.slice(0, -2);
      continue;
    }
    components.push(
      component === '%empty' ? '' : (joined + component).replace(/(?:%[0-9A-F]{2})+/g, decodeURIComponent),
    );
    joined = '';
  }
  return components.join('/');
}
