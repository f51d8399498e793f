/** What can be gone through again and again, and looked into: an array, or what makes each item only when somebody looks at it. */
export interface List<T> extends Iterable<T> {
  readonly length: number;
  /** Undefined where nothing lies. Places count from 0. */
  at(place: number): T | undefined;
}

/** Items that are made anew for every look. A hundred thousand objects are a hundred megabytes, and what they are made of a third. */
export const lazyList = <T>(length: number, make: (place: number) => T): List<T> => ({
  length,
  at: place => (place >= 0 && place < length ? make(place) : undefined),
  *[Symbol.iterator]() {
    for (let place = 0; place < length; place++) yield make(place);
  },
});
