import fc from 'fast-check';
import { wholeOf } from '../../lib/contract/list/bytes.ts';
import { encodeShards } from '../../lib/contract/run/encode-shards.ts';
import { ItemList } from '../../lib/ledger/items/item-list.ts';
import { cutArrays } from '../../lib/plan/shards.ts';

const items = fc.uniqueArray(
  fc.record({
    name: fc.string({ minLength: 1, unit: 'grapheme' }),
    labels: fc.dictionary(fc.string(), fc.string()),
  }),
  { selector: item => item.name, maxLength: 40 },
);

it.each([0, 100, 10_000])('items are found by place and by name, %s bytes of them in memory', async most => {
  await fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 7 }), (all, size) => {
      const list = new ItemList(most);
      for (let from = 0; from < all.length; from += size)
        list.append(wholeOf(encodeShards([all.slice(from, from + size)]).items));
      expect(Array.from(list, item => item.name)).toEqual(all.map(item => item.name));
      all.forEach(({ name }, place) => {
        expect([list.nameAt(place), list.indexOf(name)]).toEqual([name, place]);
        expect(list.indexOfLine(list.lineAt(place))).toBe(place);
      });
      expect(list.indexOf('none of these names is as long as this one is')).toBe(-1);
    }),
    { numRuns: 40 },
  );
});

it.each([
  [1, [1]],
  [2, [2]],
  [10_000, [10_000]],
  [10_001, [5000, 5001]],
  [1_000_000, Array<number>(100).fill(10_000)],
  [2_000_000, Array<number>(200).fill(10_000)],
])('%s shards are arrays that Batch takes', (shards, sizes) =>
  expect(cutArrays(shards).map(array => array.size)).toEqual(sizes),
);
