import fc from 'fast-check';
import { listMarks } from '../../lib/contract/run/list-marks.ts';
import { memoryStore } from '../helpers/memory-store.ts';

const name = (shard: number): string => String(shard).padStart(7, '0');

it('finds every key of the shards that are asked about, over any number of pages, and no other', async () => {
  const shards = fc.uniqueArray(fc.nat(4000), { maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(shards, fc.nat(3), fc.nat(3000), async (asked, tries, upTo) => {
      let requests = 0;
      const store = memoryStore(call => void (call.startsWith('list') && requests++));
      for (let shard = 0; shard < upTo; shard++)
        for (let attempt = 0; attempt <= (shard % 7 === 0 ? tries : 0); attempt++)
          store.objects.set(`results/${name(shard)}/job.${attempt}`, Buffer.alloc(0));
      const wanted = asked.toSorted((a, b) => a - b);
      const found: string[] = [];
      await listMarks(store, 'results/', wanted, (shard, rest) => void found.push(`${name(shard)}${rest}`));
      const all = new Set(wanted.map(name));
      const expected = [...store.objects.keys()]
        .map(key => key.slice('results/'.length))
        .filter(key => all.has(key.slice(0, 7)));
      expect(found.sort()).toEqual(expected.sort());
      expect(requests).toBeLessThanOrEqual(Math.ceil(store.objects.size / 1000) + 1);
    }),
    { numRuns: 25 },
  );
});

it('what lies between the shards is not listed', async () => {
  let requests = 0;
  const store = memoryStore(call => void (call.startsWith('list') && requests++));
  for (let shard = 0; shard < 10_000; shard++) store.objects.set(`done/${name(shard)}`, Buffer.alloc(0));
  const found: number[] = [];
  await listMarks(store, 'done/', [3, 9000], shard => void found.push(shard));
  expect([found, requests]).toEqual([[3, 9000], 2]);
});
