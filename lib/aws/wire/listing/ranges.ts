import type { ObjectVersion } from '../../../contract/ports/object-store.ts';
import { byUtf8 } from './key-order.ts';
import { splitKey } from './split-key.ts';
import type { Marker } from './version-page.ts';

/** A page that has arrived. */
export interface ArrivedPage {
  /** Where the next one begins; undefined behind the last. */
  readonly marker: Marker | undefined;
  /** No key has a code point beyond U+FFFF: JavaScript's own order is S3's. */
  readonly isPlain: boolean;
  versions(): readonly ObjectVersion[];
}

export type AskPage = (marker: Marker) => Promise<ArrivedPage>;

/** Keys behind `begin` (all from the first on, where it is undefined), up to and with `until`. */
interface Range {
  readonly begin: string | undefined;
  /** The first key of it. */
  readonly first: string;
  until: string | undefined;
  /** The first key behind `until`, as the page had it that the range was cut by; undefined where that did not say. */
  behind: string | undefined;
  /** The last key that a page of it had. */
  last: string;
  /** All of it up to this key has come. */
  after: string;
  /** Whether more of it is to come than what has arrived. */
  isLong: boolean;
}

/** A page that waits for who reads it, with the end that its range had when it came. */
interface WaitingPage extends Pick<Range, 'until' | 'behind'> {
  readonly range: Range;
  readonly page: ArrivedPage;
}

const rangesAtOnce = 4;
const mostWaiting = 4;

/**
 * A listing in ranges of keys that are asked for at once. Nobody knows before where keys lie: a range is cut at a guess, and the upper
 * part is believed in when a page of it has come. Each page is in order; pages come in any. Every version comes once: a range goes up to
 * the key that the next one begins behind, and what a page has outside of its range is left to the other. `first` is the page with which the
 * listing begins, and has a marker. Throws where a server does not list in the order of keys, for then ranges mean nothing.
 */
export async function* inRanges(
  ask: AskPage,
  prefix: string,
  first: ArrivedPage,
  isBusy: () => boolean,
): AsyncIterable<readonly ObjectVersion[]> {
  const listing = new Ranges(ask, prefix, isBusy);
  listing.begin(first);
  try {
    yield* listing.pages();
  } finally {
    listing.stop();
  }
}

class Ranges {
  readonly #ask: AskPage;
  readonly #prefix: string;
  readonly #open = new Set<Range>();
  readonly #waiting: WaitingPage[] = [];
  readonly #isBusy: () => boolean;
  #isSplitting = false;
  #isStopped = false;
  #error: Error | undefined;
  #wakeReader: () => void = () => undefined;
  #wakeWriters: (() => void)[] = [];

  constructor(ask: AskPage, prefix: string, isBusy: () => boolean) {
    this.#ask = ask;
    this.#prefix = prefix;
    this.#isBusy = isBusy;
  }

  begin(first: ArrivedPage): void {
    const key = first.versions()[0]?.key ?? '';
    this.#start(undefined, { first: key, until: undefined, behind: undefined }, Promise.resolve(first));
  }

  async *pages(): AsyncIterable<readonly ObjectVersion[]> {
    for (;;) {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        for (const wake of this.#wakeWriters.splice(0)) wake();
        yield ownOf(next);
      }
      if (this.#error) throw this.#error;
      if (this.#open.size === 0) return;
      await new Promise<void>(wake => {
        this.#wakeReader = wake;
      });
    }
  }

  /** What has been asked for may come, and is passed over. */
  stop(): void {
    this.#isStopped = true;
    for (const wake of this.#wakeWriters.splice(0)) wake();
  }

  #fail(error: unknown): void {
    this.#error ??= error as Error;
    this.stop();
    this.#wakeReader();
  }

  #start(
    begin: string | undefined,
    { first, until, behind }: Pick<Range, 'first' | 'until' | 'behind'>,
    page: Promise<ArrivedPage>,
  ): void {
    const range: Range = {
      ...{ begin, first, until, behind, last: begin ?? '', after: begin ?? '', isLong: true },
    };
    this.#open.add(range);
    this.#read(range, page).catch(error => this.#fail(error));
  }

  async #read(range: Range, page: Promise<ArrivedPage>): Promise<void> {
    for (let coming: Promise<ArrivedPage> | undefined = page; coming; ) {
      const arrived: ArrivedPage = await coming;
      if (this.#isStopped) return;
      const { marker } = arrived;
      const next = marker?.['key-marker'];
      // More versions of the last key itself may be on the next page.
      range.isLong = next !== undefined && (range.until === undefined || byUtf8(next, range.until) <= 0);
      // Asked for before this one is read.
      coming = range.isLong ? this.#ask(marker!) : undefined;
      // Whoever stops here does not want to hear of it.
      coming?.catch(() => undefined);
      if (next !== undefined && byUtf8(next, range.after) > 0) range.after = next;
      if (!coming) this.#open.delete(range);
      this.#split();
      await this.#give({ range, page: arrived, until: range.until, behind: range.behind });
    }
  }

  /** Waits while the reader is far behind. */
  async #give(page: WaitingPage): Promise<void> {
    this.#waiting.push(page);
    this.#wakeReader();
    if (this.#waiting.length >= mostWaiting && !this.#isStopped)
      await new Promise<void>(wake => this.#wakeWriters.push(wake));
  }

  /** Cuts a range where there is room for one more, one at a time. */
  #split(): void {
    const isFull = this.#open.size === 0 || this.#open.size >= rangesAtOnce;
    if (this.#isSplitting || this.#isStopped || isFull) return;
    // Who has no time left to read gains nothing by more to be read.
    if (this.#isBusy()) return;
    const found = this.#longest();
    if (!found) return;
    this.#isSplitting = true;
    this.#ask({ 'key-marker': found.key })
      .then(page => {
        this.#isSplitting = false;
        if (!this.#isStopped) this.#cut(found.range, found.key, page);
        this.#split();
      })
      .catch(error => this.#fail(error));
  }

  /** The one that can be cut nearest to the beginning of its keys. */
  #longest(): { readonly range: Range; readonly key: string } | undefined {
    let best: { readonly range: Range; readonly key: string } | undefined;
    for (const range of this.#open) {
      const key = range.isLong ? splitKey(this.#prefix, range) : undefined;
      if (key !== undefined && (best === undefined || key.length < best.key.length)) best = { range, key };
    }
    return best;
  }

  /** `page`: what lies behind the key. */
  #cut(range: Range, key: string, page: ArrivedPage): void {
    // It has come as far meanwhile: what lies behind the key is its own.
    if (!this.#open.has(range) || byUtf8(range.after, key) >= 0) return;
    const { until, behind } = range;
    const next = page.marker?.['key-marker'];
    const versions = page.versions();
    const first = versions.find(each => byUtf8(each.key, key) > 0)?.key;
    range.until = key;
    range.behind = first ?? (next === undefined ? nothing : undefined);
    const isIn = (each: string | undefined): boolean =>
      each !== undefined && (until === undefined || byUtf8(each, until) <= 0);
    if (isIn(next) || isIn(first))
      this.#start(
        key,
        { first: first ?? key, until, behind },
        Promise.resolve({ ...page, versions: () => versions }),
      );
  }
}

/** Behind all keys: none has it, for it is not Unicode. */
const nothing = '\udfff';

/** What of a page belongs to its range; of a range in the order in which they came. Throws where keys are not in order. */
function ownOf({ range, page, until, behind }: WaitingPage): readonly ObjectVersion[] {
  const versions = page.versions();
  let { last } = range;
  // What it follows may be of another page.
  let isPlain = false;
  for (const { key } of versions) {
    if (isPlain ? last > key : byUtf8(last, key) > 0)
      throw new Error(`${key} is listed behind ${last}: the server does not list in the order of keys`);
    last = key;
    isPlain = page.isPlain;
  }
  range.last = last;
  // Of a server that begins with the marker itself: the range before this one ends with it.
  const from = versions[0]?.key === range.begin ? versions.findIndex(({ key }) => key !== range.begin) : 0;
  const isCut = until !== undefined && byUtf8(range.last, until) > 0;
  const end = isCut ? versions.findIndex(({ key }) => byUtf8(key, until) > 0) : versions.length;
  if (from < 0 || end < 0) return [];
  // Where ranges join nothing may lie between: a key that came meanwhile, or an order that is none.
  const next = versions[end]?.key;
  if (next !== undefined && behind !== undefined && byUtf8(next, behind) < 0)
    throw new Error(
      `${next} was not there a moment ago: the bucket changes while it is listed, or is not listed in the order of keys`,
    );
  return from === 0 && end === versions.length ? versions : versions.slice(from, end);
}

/** Whether a page is in the order that ranges stand on. */
export function isInOrder(versions: readonly ObjectVersion[]): boolean {
  return versions.every((each, i) => i === 0 || byUtf8(versions[i - 1]!.key, each.key) <= 0);
}
