/**
 * Which texts of a list have come before: their places by their hashes, open addressing. The texts stay with who has them:
 * a Map with a million of them would be four times as large.
 */
export class TextTable {
  readonly #textAt: (place: number) => string;
  /** Places + 1. */
  #slots: Uint32Array;
  #count = 0;

  /** `likely`: how many texts there will be. */
  constructor(textAt: (place: number) => string, likely = 512) {
    this.#textAt = textAt;
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(512, likely) * 2)));
  }

  /** Where the text of a place has come first; undefined where that is here. */
  take(place: number): number | undefined {
    const slot = this.#slotOf(this.#textAt(place));
    if (this.#slots[slot] !== 0) return this.#slots[slot]! - 1;
    this.#slots[slot] = place + 1;
    if (++this.#count * 2 > this.#slots.length) this.#grow();
    return undefined;
  }

  /** Where a text has come first. */
  find(text: string): number | undefined {
    const place = this.#slots[this.#slotOf(text)]!;
    return place === 0 ? undefined : place - 1;
  }

  #slotOf(text: string): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(text) & mask; ; slot = (slot + 1) & mask) {
      const place = this.#slots[slot]!;
      if (place === 0 || this.#textAt(place - 1) === text) return slot;
    }
  }

  #grow(): void {
    const places = this.#slots;
    this.#slots = new Uint32Array(places.length * 2);
    const mask = this.#slots.length - 1;
    for (const place of places) {
      if (place === 0) continue;
      let slot = hashOf(this.#textAt(place - 1)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = place;
    }
  }
}

/** FNV-1a of its units, the upper half folded onto the lower. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
}
