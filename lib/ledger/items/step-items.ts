import type { ItemList } from './item-list.ts';

/** The items of a step over all rounds, each once: the run's own list as long as they are the same, in the same order. */
export class StepItems {
  #run: ItemList;
  #own: ItemList | undefined;
  #size = 0;

  constructor(run: ItemList) {
    this.#run = run;
  }

  get length(): number {
    return this.#own?.length ?? this.#size;
  }

  /** Whether the step's item at a place is the run's at that place. */
  get isRuns(): boolean {
    return this.#own === undefined;
  }

  get list(): ItemList {
    return this.#own ?? this.#run;
  }

  indexOf(name: string): number {
    const found = this.list.indexOf(name);
    return found < this.length ? found : -1;
  }

  /** The place of the item whose line begins so many bytes behind another one's, or -1. */
  placeAfter(place: number, bytes: number): number {
    return this.list.placeAt(this.list.byteAt(place) + bytes);
  }

  /** Takes all of the run's items for the step's, where they are so many bytes; how many they are. */
  takeAll(bytes: number): number {
    if (this.#run.byteAt(this.#run.length) === bytes) this.#size = this.#run.length;
    return this.#size;
  }

  /** How many of these lines, all of them or none, are the items from a place on; new ones are taken in. */
  matches(place: number, lines: Buffer): number | undefined {
    const count = this.list.matches(place, lines);
    if (count === undefined || place > this.length) return undefined;
    if (this.isRuns) this.#size = Math.max(this.#size, place + count);
    return count;
  }

  /** The place of one line's item, which is taken in where it is new. */
  placeOf(line: Buffer): number {
    const found = this.list.indexOfLine(line);
    if (found >= 0 && found < this.length) return found;
    if (this.isRuns && this.matches(this.#size, line) !== undefined) return this.#size - 1;
    this.#own ??= this.#run.first(this.#size);
    this.#own.append(Buffer.from(line));
    return this.#own.length - 1;
  }
}
