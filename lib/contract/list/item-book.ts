import type { Item } from '../workload/workload.ts';
import { Lines } from './lines.ts';

type Labels = Readonly<Record<string, string>>;

/** Of labels that there are none of. */
const none = 0;

/**
 * The items of a list as they are read. Labels of a million items may be more than memory holds: they are kept as JSON in
 * Lines, and read where somebody looks at them.
 */
export class ItemBook {
  /** Names of labels, in the order in which they came. */
  readonly labelNames = new Set<string>();
  /** What stands at a number in the list. */
  readonly what: 'line' | 'element';
  readonly #lines = new Lines();
  /** Where labels begin; the first of all are none. */
  #begins: Float64Array;
  #labels = none;
  /** Of each item, where it stands and which labels it has. */
  #places: Uint32Array;
  #kept: Uint32Array;
  #items = 0;

  /** `likely`: how many items there will be; a column that grows is there twice. */
  constructor(what: 'line' | 'element', likely = 256) {
    this.what = what;
    this.#begins = new Float64Array(likely + 2);
    this.#places = new Uint32Array(likely + 1);
    this.#kept = new Uint32Array(likely + 1);
  }

  /** Takes labels in; answers what `add` knows them by. */
  keep(labels: Labels): number {
    let isEmpty = true;
    for (const name in labels) {
      this.labelNames.add(name);
      isEmpty = false;
    }
    if (isEmpty) return none;
    const own = ++this.#labels;
    if (own + 1 === this.#begins.length) this.#begins = longer(this.#begins, Float64Array);
    this.#lines.write(JSON.stringify(labels));
    this.#begins[own + 1] = this.#lines.length;
    return own;
  }

  /** An item that stands at a number, with labels that were kept. */
  add(name: string, at: number, kept: number): ListedItem {
    const own = this.#items++;
    if (own === this.#places.length) {
      this.#places = longer(this.#places, Uint32Array);
      this.#kept = longer(this.#kept, Uint32Array);
    }
    this.#places[own] = at;
    this.#kept[own] = kept;
    return new ListedItem(copyOf(name), this, own, kept !== none);
  }

  /** `line 3`. */
  placeOf(item: number): string {
    return `${this.what} ${this.#places[item]}`;
  }

  numberOf(item: number): number {
    return this.#places[item]!;
  }

  labelsOf(item: number): Labels {
    const kept = this.#kept[item]!;
    return JSON.parse(this.#lines.slice(this.#begins[kept]!, this.#begins[kept + 1]!).toString('utf8'));
  }
}

/** An item as it stands in a list, before its name is judged: to others, a name and its labels where it has any. */
export class ListedItem implements Item {
  readonly name: string;
  declare readonly labels?: Labels;
  readonly #book: ItemBook;
  readonly #own: number;

  constructor(name: string, book: ItemBook, own: number, hasLabels: boolean) {
    this.name = name;
    this.#book = book;
    this.#own = own;
    // One of its own, as of any item: who copies an item, or writes it as JSON, has its labels too.
    if (hasLabels) Object.defineProperty(this, 'labels', ListedItem.#labels);
  }

  /** `line 3`, `element 3`. */
  get at(): string {
    return this.#book.placeOf(this.#own);
  }

  /** 3 of `line 3`. */
  get place(): number {
    return this.#book.numberOf(this.#own);
  }

  /** The same for all: a function each would be larger than the item. */
  static readonly #labels: PropertyDescriptor & ThisType<ListedItem> = {
    enumerable: true,
    get() {
      return this.#book.labelsOf(this.#own);
    },
  };
}

const space = Buffer.allocUnsafeSlow(4096);
/** Shorter ones V8 copies by itself. */
const shortest = 13;

/** The same text in memory of its own: a piece of a line would keep all that was read with it. */
function copyOf(text: string): string {
  if (text.length < shortest || text.length * 2 > space.length) return text;
  const encoding = /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf16le';
  return space.toString(encoding, 0, space.write(text, encoding));
}

function longer<A extends Float64Array | Uint32Array>(column: A, Column: new (length: number) => A): A {
  const longer = new Column(column.length * 2);
  longer.set(column);
  return longer;
}
