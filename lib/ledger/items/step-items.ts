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

  /** Whether the step's item at a position is the run's at that position. */
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

  /** The position of the item whose line begins so many bytes behind another one's, or -1. */
  positionAfter(position: number, bytes: number): number {
    return this.list.positionAt(this.list.byteAt(position) + bytes);
  }

  /** Takes all of the run's items for the step's, where they are so many bytes; how many they are. */
  takeAll(bytes: number): number {
    if (this.#run.byteAt(this.#run.length) === bytes) this.#size = this.#run.length;
    return this.#size;
  }

  /** How many of these lines, all of them or none, are the items from a position on; new ones are taken in. */
  matches(position: number, lines: Buffer): number | undefined {
    const count = this.list.matches(position, lines);
    if (count === undefined || position > this.length) return undefined;
    if (this.isRuns) this.#size = Math.max(this.#size, position + count);
    return count;
  }

  /** The position of one line's item, which is taken in where it is new. */
  positionOf(line: Buffer): number {
    const found = this.list.indexOfLine(line);
    if (found >= 0 && found < this.length) return found;
    if (this.isRuns && this.matches(this.#size, line) !== undefined) return this.#size - 1;
    this.#own ??= this.#run.first(this.#size);
    this.#own.append(Buffer.from(line));
    return this.#own.length - 1;
  }
}
