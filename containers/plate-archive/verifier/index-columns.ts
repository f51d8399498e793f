import type { IndexedMember } from './lines.ts';

const sumBytes = 36;
const noTar = -1;

/** What the index alone has of objects, by columns: a tenth of what its lines take. */
export class IndexColumns {
  readonly #keyAt: (place: number) => string;
  readonly #tars: Int32Array;
  readonly #offsets: Float64Array;
  readonly #sums: Buffer;
  /** Those that columns do not hold: with a name of their own, with another key, or with something that is not written as usual. */
  readonly #others = new Map<number, IndexedMember>();
  #length = 0;

  /** `keyAt`: the key that the inventory has at a place. */
  constructor(most: number, keyAt: (place: number) => string) {
    this.#keyAt = keyAt;
    this.#tars = new Int32Array(most);
    this.#offsets = new Float64Array(most);
    this.#sums = Buffer.alloc(most * sumBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** `isInPlace`: its key is the inventory's of that place. */
  add({ key, tar, offset, member, sha256, crc32 }: IndexedMember, isInPlace: boolean): void {
    const place = this.#length++;
    const isUsual =
      isInPlace &&
      place < this.#tars.length &&
      member === undefined &&
      /^[0-9a-f]{64}$/.test(sha256) &&
      /^[0-9a-f]{8}$/.test(crc32) &&
      (tar === undefined ? offset === undefined : isPlace(tar, 2 ** 31) && isPlace(offset, 2 ** 53));
    if (!isUsual) {
      const rest = member === undefined ? {} : { member };
      const where = tar === undefined || offset === undefined ? {} : { tar, offset, ...rest };
      this.#others.set(place, { key, sha256, crc32, ...where });
      return;
    }
    this.#tars[place] = tar ?? noTar;
    this.#offsets[place] = offset ?? 0;
    this.#sums.write(sha256 + crc32, place * sumBytes, 'hex');
  }

  /** Undefined for what is in no tar. */
  tarAt(place: number): number | undefined {
    const other = this.#others.get(place);
    if (other) return other.tar;
    const tar = this.#tars[place];
    return tar === noTar ? undefined : tar;
  }

  at(place: number): IndexedMember {
    const other = this.#others.get(place);
    if (other) return other;
    const sums = this.#sums.toString('hex', place * sumBytes, (place + 1) * sumBytes);
    const own = { key: this.#keyAt(place), sha256: sums.slice(0, 64), crc32: sums.slice(64) };
    const tar = this.tarAt(place);
    return tar === undefined ? own : { ...own, tar, offset: this.#offsets[place]! };
  }
}

const isPlace = (value: number | undefined, end: number): boolean =>
  Number.isSafeInteger(value) && value! >= 0 && value! < end;
