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

/** Keys behind `begin` and before `end`; to the first and to the last of the listing, where they are undefined. */
interface Range {
  readonly begin: string | undefined;
  /** The first key that was seen of the range behind this one: all before it is told here, whatever has come in since. */
  end: string | undefined;
  /** The first key of it. */
  readonly first: string;
  /** Behind this key nothing of it was to be seen: it is cut before. */
  until: string | undefined;
  /** The last key that was told, and those of its versions that were. */
  last: string;
  lastIds: Set<string>;
  /** All of it up to this key has come. */
  after: string;
  /** Whether more of it is to come than what has arrived. */
  isLong: boolean;
}

/** A page that waits for who reads it. */
interface WaitingPage {
  readonly range: Range;
  readonly page: ArrivedPage;
}

const rangesAtOnce = 4;
const mostWaiting = 4;

/**
 * A listing in ranges of keys that are asked for at once. Nobody knows before where keys lie: a range is cut at a guess, and the upper
 * part is believed in when a page of it has come. Each page is in order; pages come in any. Every version comes once, also of a bucket that
 * changes meanwhile: the upper part begins with the first key that its page has, the lower one goes on to that key, and what a page has
 * outside of its range is left to the other. `first` is the page with which the listing begins, and has a marker. Throws where a server does
 * not list in the order of keys, for then ranges mean nothing.
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
    this.#start(undefined, { first: key, until: undefined, end: undefined }, Promise.resolve(first));
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
    { first, until, end }: Pick<Range, 'first' | 'until' | 'end'>,
    page: Promise<ArrivedPage>,
  ): void {
    const told = { last: begin ?? '', lastIds: new Set<string>(), after: begin ?? '' };
    const range: Range = { begin, end, first, until, ...told, isLong: true };
    this.#open.add(range);
    this.#read(range, page).catch(error => this.#fail(error));
  }

  async #read(range: Range, page: Promise<ArrivedPage>): Promise<void> {
    for (let coming: Promise<ArrivedPage> | undefined = page; coming; ) {
      const arrived: ArrivedPage = await coming;
      if (this.#isStopped) return;
      const { marker } = arrived;
      const next = marker?.['key-marker'];
      range.isLong = isBefore(next, range.end);
      // Asked for before this one is read.
      coming = range.isLong ? this.#ask(marker!) : undefined;
      // Whoever stops here does not want to hear of it.
      coming?.catch(() => undefined);
      if (next !== undefined && byUtf8(next, range.after) > 0) range.after = next;
      if (!coming) this.#open.delete(range);
      this.#split();
      await this.#give({ range, page: arrived });
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
      // Behind that is what came in meanwhile, and little of it.
      const canSplit = range.isLong && (range.until === undefined || byUtf8(range.after, range.until) < 0);
      const key = canSplit ? splitKey(this.#prefix, range) : undefined;
      if (key !== undefined && (best === undefined || key.length < best.key.length)) best = { range, key };
    }
    return best;
  }

  /** `page`: what lies behind the key. */
  #cut(range: Range, key: string, page: ArrivedPage): void {
    // It has come as far meanwhile: what lies behind the key is its own.
    if (!this.#open.has(range) || byUtf8(range.after, key) >= 0) return;
    const { until, end } = range;
    const next = page.marker?.['key-marker'];
    const versions = page.versions();
    const first = versions.find(each => byUtf8(each.key, key) > 0)?.key;
    range.until = key;
    // Nothing lies behind the key but what comes in from now on: it is read with the rest.
    if (!isBefore(first ?? next, end)) return;
    range.end = first ?? nextKey(key);
    this.#start(
      key,
      { first: first ?? key, until, end },
      Promise.resolve({ ...page, versions: () => versions }),
    );
  }
}

const isBefore = (key: string | undefined, end: string | undefined): boolean =>
  key !== undefined && (end === undefined || byUtf8(key, end) < 0);

/** No key lies between the two. */
const nextKey = (key: string): string => `${key}\0`;

/** What of a page belongs to its range, and was not told; of a range in the order in which they came. Throws where keys are not in order. */
function ownOf({ range, page }: WaitingPage): readonly ObjectVersion[] {
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
  const from = startOf(range, versions);
  const isCut = !isBefore(last, range.end);
  const end = isCut ? versions.findIndex(({ key }) => !isBefore(key, range.end)) : versions.length;
  const own = from === 0 && end === versions.length ? versions : versions.slice(from, Math.max(from, end));
  if (last !== range.last) range.lastIds = new Set();
  for (const { versionId } of versions.slice(versions.findLastIndex(({ key }) => key !== last) + 1))
    range.lastIds.add(versionId);
  range.last = last;
  return own;
}

/**
 * Where what is new begins. Some servers begin with the marker's key itself, which is the other range's at the join; or with a key's first
 * version where that of the marker is gone.
 */
function startOf({ begin, last, lastIds }: Range, versions: readonly ObjectVersion[]): number {
  if (versions[0]?.key !== last) return 0;
  const others = versions.findIndex(({ key }) => key !== last);
  const same = others < 0 ? versions.length : others;
  if (last === begin) return same;
  return versions.slice(0, same).findLastIndex(({ versionId }) => lastIds.has(versionId)) + 1;
}

/** Whether a page is in the order that ranges stand on. */
export function isInOrder(versions: readonly ObjectVersion[]): boolean {
  return versions.every((each, i) => i === 0 || byUtf8(versions[i - 1]!.key, each.key) <= 0);
}
