import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { byUtf8 } from '../../../lib/aws/wire/listing/key-order.ts';
import type { ArrivedPage, AskPage } from '../../../lib/aws/wire/listing/ranges.ts';
import { allPages } from '../../../lib/aws/wire/listing/versions.ts';
import type { ObjectVersion } from '../../../lib/contract/ports/object-store.ts';
import { runs } from '../../helpers/runs.ts';

interface Stored {
  readonly key: string;
  readonly versionId: string;
  /** The newest of a key has the highest. */
  readonly number: number;
}

/** How a server answers where the standard leaves it to the server. */
interface Habits {
  readonly pageSize: number;
  readonly isVersioned: boolean;
  /** Begins with the key of the marker itself. */
  readonly isInclusive: boolean;
  /** Begins a key anew where the version of the marker is gone. */
  readonly beginsAnew: boolean;
  readonly hasEmptyPages: boolean;
}

type Change =
  | { readonly what: 'put' | 'delete oldest' | 'delete newest'; readonly key: string }
  | { readonly what: 'delete first behind' | 'delete all'; readonly key: string };

/** A bucket that is written to while it is listed. */
class Bucket {
  readonly habits: Habits;
  /** In S3's order. */
  now: Stored[] = [];
  #written = 0;

  constructor(habits: Habits) {
    this.habits = habits;
  }

  change({ what, key }: Change): void {
    const at = this.now.findIndex(each => each.key === key);
    if (what === 'put') this.#put(key);
    else if (what === 'delete first behind')
      this.now = this.now.filter(
        each => each.key !== this.now.find(other => byUtf8(other.key, key) > 0)?.key,
      );
    else if (what === 'delete all') this.now = this.now.filter(each => each.key !== key);
    else if (at >= 0)
      this.now.splice(what === 'delete newest' ? at : this.now.findLastIndex(each => each.key === key), 1);
  }

  #put(key: string): void {
    if (!this.habits.isVersioned) this.now = this.now.filter(each => each.key !== key);
    const number = this.#written++;
    const versionId = this.habits.isVersioned ? `v${number}` : 'null';
    const before = this.now.findIndex(each => byUtf8(each.key, key) >= 0);
    this.now.splice(before < 0 ? this.now.length : before, 0, { key, versionId, number });
  }

  page(key: string | undefined, id: string | undefined, isEmpty: boolean): ArrivedPage {
    const { pageSize, isInclusive, beginsAnew, isVersioned } = this.habits;
    const isBehind = (each: Stored): boolean => {
      if (key === undefined) return true;
      if (each.key !== key) return byUtf8(each.key, key) > 0;
      if (id === undefined) return isInclusive;
      if (!isVersioned) return false;
      const isThere = this.now.some(other => other.key === key && other.versionId === id);
      return isThere || !beginsAnew ? each.number < Number(id.slice(1)) : true;
    };
    const rest = this.now.filter(isBehind);
    const page = isEmpty && key !== undefined ? [] : rest.slice(0, pageSize);
    const last = page.at(-1);
    const isTruncated = page.length < rest.length;
    const marker = last
      ? { 'key-marker': last.key, 'version-id-marker': last.versionId }
      : { 'key-marker': key!, ...(id === undefined ? {} : { 'version-id-marker': id }) };
    return {
      marker: isTruncated ? marker : undefined,
      isPlain: true,
      versions: () =>
        page.map((each, i) => ({
          ...{ key: each.key, versionId: each.versionId, isDeleteMarker: false, size: each.number },
          ...{ isLatest: i === 0 || page[i - 1]!.key !== each.key, storageClass: 'STANDARD' },
          ...{ etag: '"e"', lastModified: new Date(0) },
        })),
    };
  }
}

const named = ({ key, versionId }: Pick<Stored, 'key' | 'versionId'>): string => `${key} ${versionId}`;

/** Lists the bucket; `onAnswer` changes it behind every answer. */
async function list(
  bucket: Bucket,
  onAnswer: (asked: number, marker: string | undefined, isJoin: boolean) => void,
) {
  let asked = 0;
  const ask: AskPage = async ({ 'key-marker': key, 'version-id-marker': id }) => {
    const number = ++asked;
    // Answers come in any order, and the same one each time.
    for (let turns = (number * 7) % 5; turns > 0; turns--) await sleep(0);
    const isJoin = key !== undefined && id === undefined;
    const page = bucket.page(key, id, bucket.habits.hasEmptyPages && number % 3 === 0);
    onAnswer(number, key, isJoin);
    return page;
  };
  const told: ObjectVersion[] = [];
  for await (const page of allPages(ask, '', () => false)) told.push(...page);
  return { told };
}

const letters = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyz');
const key = fc.oneof(
  letters,
  fc.tuple(letters, letters).map(both => both.join('')),
  fc.tuple(fc.nat(15), fc.nat(23)).map(([r, c]) => `r${r + 10}c${c + 10}`),
);
/** What happens behind an answer: at the place where a range may have been cut, or anywhere. */
const happening = fc.record({
  what: fc.constantFrom('put', 'put', 'delete oldest', 'delete newest', 'delete first behind', 'delete all'),
  /** Behind the marker's key at once, or that key itself, or another. */
  where: fc.oneof(
    fc.constantFrom('\0', '!', ''),
    key.map(at => ({ at })),
  ),
  times: fc.integer({ min: 1, max: 6 }),
});
const history = fc.record({
  keys: fc.uniqueArray(key, { minLength: 10, maxLength: 60 }),
  counts: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
  happenings: fc.array(fc.array(happening, { maxLength: 3 }), { minLength: 1, maxLength: 12 }),
  habits: fc.record({
    pageSize: fc.integer({ min: 1, max: 9 }),
    isVersioned: fc.boolean(),
    isInclusive: fc.boolean(),
    beginsAnew: fc.boolean(),
    hasEmptyPages: fc.boolean(),
  }),
});

it('a bucket that changes while it is listed gives what was there all the time once, and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ keys, counts, happenings, habits }) => {
      const bucket = new Bucket(habits);
      for (const [i, each] of keys.entries())
        for (let left = counts[i % counts.length]!; left > 0; left--)
          bucket.change({ what: 'put', key: each });
      let throughout = new Map(bucket.now.map(each => [named(each), each.number]));
      const { told } = await list(bucket, (number, marker) => {
        // It comes to an end: what is put without end is listed without end.
        if (number > 200) return;
        for (const { what, where, times } of happenings[number % happenings.length]!)
          for (let left = times; left > 0; left--)
            bucket.change({
              what: what as Change['what'],
              key: typeof where === 'string' ? `${marker ?? 'm'}${where}` : where.at,
            });
        const left = new Map(bucket.now.map(each => [named(each), each.number]));
        throughout = new Map([...throughout].filter(([name, n]) => left.get(name) === n));
      });
      const names = told.map(named);
      expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
      expect([...throughout.keys()].filter(name => !names.includes(name))).toEqual([]);
    }),
    { numRuns: runs(400), endOnFailure: true },
  );
});

it.each([true, false])(
  'what comes in at a join comes once, many versions of it and of its neighbours too (versioned: %s)',
  async isVersioned => {
    const bucket = new Bucket({
      ...{ pageSize: 10, isVersioned, isInclusive: false, beginsAnew: false, hasEmptyPages: false },
    });
    for (let i = 0; i < 2000; i++) bucket.change({ what: 'put', key: `r${String(i).padStart(4, '0')}` });
    const cameIn = new Set<string>();
    let reached: readonly string[] = [];
    const { told } = await list(bucket, (_, marker = '', isJoin) => {
      reached = [...reached, marker];
      // The range before may have come there already, or nearly: what comes in behind it is not listed, as ever.
      const nearest =
        reached
          .filter(each => byUtf8(each, marker) < 0)
          .toSorted(byUtf8)
          .at(-1) ?? '';
      const between = bucket.now.filter(({ key }) => byUtf8(key, nearest) > 0 && byUtf8(key, marker) < 0);
      if (!isJoin || between.length < 5 * bucket.habits.pageSize) return;
      for (const end of ['', '\0', '!'])
        for (let times = 25; times > 0; times--) bucket.change({ what: 'put', key: `${marker}${end}` });
      cameIn.add(marker);
    });
    expect(cameIn.size).toBeGreaterThan(4);
    expect(told.map(named).toSorted()).toEqual(bucket.now.map(named).toSorted());
  },
);
