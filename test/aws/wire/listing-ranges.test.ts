import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { byUtf8 } from '../../../lib/aws/wire/listing/key-order.ts';
import type { ArrivedPage, AskPage } from '../../../lib/aws/wire/listing/ranges.ts';
import { splitKey } from '../../../lib/aws/wire/listing/split-key.ts';
import { allPages } from '../../../lib/aws/wire/listing/versions.ts';
import type { ObjectVersion } from '../../../lib/contract/ports/object-store.ts';

const modified = new Date('2026-01-02T03:04:05Z');
const versionOf = (key: string, number: number): ObjectVersion => ({
  ...{ key, versionId: `v${number}`, isLatest: number === 0, isDeleteMarker: false, size: number },
  ...{ etag: '"e"', lastModified: modified, storageClass: 'STANDARD' },
});

/** A bucket's versions in S3's order, pages of so many of them. */
interface Listed {
  readonly versions: readonly ObjectVersion[];
  readonly pageSize: number;
  /** Begins with the key of the marker itself, as some servers do. */
  readonly isInclusive: boolean;
  /** Says now and then that more is to come, with nothing on the page. */
  readonly hasEmptyPages: boolean;
  readonly order: (a: string, b: string) => number;
}

function server({ versions, pageSize, isInclusive, hasEmptyPages, order }: Listed) {
  let [asked, under, most] = [0, 0, 0];
  const ask: AskPage = async (marker): Promise<ArrivedPage> => {
    asked++;
    most = Math.max(most, ++under);
    // Answers come in any order, and the same one each time.
    for (let turns = (asked * 7) % 5; turns > 0; turns--) await sleep(0);
    under--;
    const { 'key-marker': key, 'version-id-marker': id } = marker;
    const at = versions.findIndex(each => each.key === key && (id === undefined || each.versionId === id));
    const behind =
      key === undefined
        ? 0
        : id !== undefined
          ? at + 1
          : versions.findIndex(each => order(each.key, key) > (isInclusive ? -1 : 0));
    const from = behind < 0 ? versions.length : behind;
    const isEmpty = hasEmptyPages && asked % 3 === 0 && from > 0 && from < versions.length;
    const page = versions.slice(from, from + (isEmpty ? 0 : pageSize));
    const last = isEmpty ? versions[from - 1]! : page.at(-1);
    const isTruncated = from + page.length < versions.length;
    return {
      marker:
        isTruncated && last ? { 'key-marker': last.key, 'version-id-marker': last.versionId } : undefined,
      isPlain: page.every(({ key }) => !/[\ud800-\udfff]/.test(key)),
      versions: () => page,
    };
  };
  return { ask, most: () => most, asked: () => asked };
}

const all = async (ask: AskPage, prefix: string): Promise<(readonly ObjectVersion[])[]> => {
  const pages: (readonly ObjectVersion[])[] = [];
  for await (const page of allPages(ask, prefix, () => false)) pages.push(page);
  return pages;
};

const named = (versions: readonly ObjectVersion[]): readonly string[] =>
  versions.map(({ key, versionId }) => `${key} ${versionId}`);

const wildKey = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom('a', 'z', 'Z', '0', '9', '/', '-', 'é', '\u{e000}', '\u{1f600}'),
    minLength: 1,
    maxLength: 6,
  }),
  fc.tuple(fc.nat(15), fc.nat(23), fc.nat(9)).map(([r, c, f]) => `r${r + 10}c${c + 10}f${f}.tiff`),
);
/** Where a cut falls on a key itself. */
const shortKey = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyz');
const listing = fc
  .record({
    keys: fc.oneof(
      fc.uniqueArray(wildKey, { maxLength: 80 }),
      fc.uniqueArray(shortKey, { minLength: 20, maxLength: 36 }),
    ),
    counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
    prefix: fc.constantFrom('', 'p/'),
    pageSize: fc.integer({ min: 1, max: 9 }),
    isInclusive: fc.boolean(),
    hasEmptyPages: fc.boolean(),
  })
  .map(({ keys, counts, prefix, ...rest }) => ({
    ...rest,
    prefix,
    order: byUtf8,
    versions: keys
      .map(key => prefix + key)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .flatMap((key, i) =>
        Array.from({ length: counts[i % counts.length]! }, (_, number) => versionOf(key, number)),
      ),
  }));

it('ranges that are asked for at once give every version once, those of a key in order', async () => {
  await fc.assert(
    fc.asyncProperty(listing, async each => {
      const pages = await all(server(each).ask, each.prefix);
      for (const page of pages)
        for (const [i, { key }] of page.entries())
          if (i > 0) expect(byUtf8(page[i - 1]!.key, key)).toBeLessThanOrEqual(0);
      const found = pages.flat();
      // Of a key the newest comes first, from whichever page.
      const sorted = [...found].sort((a, b) => byUtf8(a.key, b.key));
      expect(named(sorted)).toEqual(named(each.versions));
    }),
    { numRuns: 150 },
  );
});

it('a plate is asked for in several ranges at once, with few requests that find nothing', async () => {
  const keys = Array.from({ length: 4000 }, (_, i) => {
    const [row, column] = [i % 16, Math.floor(i / 16) % 24].map(n => String(n + 1).padStart(2, '0'));
    return `p/r${row}c${column}f${String(i % 9)}p01-ch${i}sk1.tiff`;
  }).sort();
  const versions = keys.map(key => versionOf(key, 0));
  const plate = server({ versions, pageSize: 20, isInclusive: false, hasEmptyPages: false, order: byUtf8 });
  expect(named((await all(plate.ask, 'p/')).flat()).toSorted()).toEqual(named(versions));
  expect(plate.most()).toBeGreaterThanOrEqual(4);
  expect(plate.asked()).toBeLessThan(1.25 * (keys.length / 20));
});

it('a server that does not list in order is listed page after page, and one that stops to is refused', async () => {
  const versions = ['c', 'a', 'b', 'd', 'f', 'e'].map(key => versionOf(key, 0));
  const place = (key: string): number => versions.findIndex(each => each.key === key);
  const order = (a: string, b: string): number => place(a) - place(b);
  const shared = { isInclusive: false, hasEmptyPages: false, order, pageSize: 2 };
  expect(named((await all(server({ versions, ...shared }).ask, '')).flat())).toEqual(named(versions));
  const late = [
    ...['a', 'b', 'c'].map(key => versionOf(key, 0)),
    ...['q', 'p', 'o'].map(key => versionOf(key, 0)),
  ];
  const laterPlace = (key: string): number => late.findIndex(each => each.key === key);
  const later = { ...shared, versions: late, order: (a: string, b: string) => laterPlace(a) - laterPlace(b) };
  await expect(all(server(later).ask, '')).rejects.toThrow('in the order of keys');
});

it('who stops reading a listing is not told of what comes after', async () => {
  const versions = Array.from({ length: 500 }, (_, i) => versionOf(`k${String(i).padStart(4, '0')}`, 0));
  const { ask } = server({ versions, pageSize: 2, isInclusive: false, hasEmptyPages: false, order: byUtf8 });
  let seen = 0;
  for await (const page of allPages(ask, '', () => false)) {
    seen += page.length;
    if (seen > 20) break;
  }
  expect(seen).toBeLessThan(40);
  let asks = 0;
  const failing: AskPage = async marker => {
    if (++asks > 12) throw new Error('S3 is away');
    return ask(marker);
  };
  await expect(all(failing, '')).rejects.toThrow('S3 is away');
});

it('a split key lies behind what has come, and before where the range ends', () => {
  fc.assert(
    fc.property(wildKey, wildKey, fc.option(wildKey, { nil: undefined }), (first, after, until) => {
      if (byUtf8(first, after) > 0 || (until !== undefined && byUtf8(after, until) >= 0)) return;
      const key = splitKey('', { first, after, until });
      if (key === undefined) return;
      expect(byUtf8(after, key)).toBeLessThan(0);
      if (until !== undefined) expect(byUtf8(key, until)).toBeLessThan(0);
    }),
  );
  const split = (after: string, until?: string, first = after): string | undefined =>
    splitKey('p/', { first, after, until });
  expect(split('p/r00c01')).toBe('p/w');
  expect(split('p/r00c01', 'p/s')).toBe('p/r5');
  expect(split('p/r00c01', 'p/r1')).toBe('p/r05');
  expect(split('p/-')).toBeUndefined();
  expect(splitKey('', { first: '/a', after: '~', until: undefined })).toBeUndefined();
  // All that has come lies in one folder: whether there are others is one question, and not one for each letter.
  expect(split('p/Images/r00c03', undefined, 'p/Images/r00c01')).toBe('p/Images0');
  expect(split('p/Images/r00c03', 'p/Images0', 'p/Images/r00c01')).toBe('p/Images/w');
});
