import type { ObjectStore } from './object-store.ts';

/** A place as whoever asks may see it. */
export interface PlacePort {
  readonly bucket: string;
  /** Without leading `/`, with one at its end where it is not empty. */
  readonly prefix: string;
  readonly region?: string;
  /** Streams too: a look at 100,000 files is a request each. */
  readonly store: ObjectStore;
}
