import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { wholeOf } from '../../lib/contract/list/bytes.ts';
import { encodeShards } from '../../lib/contract/run/encode-shards.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { runs } from '../helpers/runs.ts';

/** The same with all of it in memory, line by line. */
function plainly(shards: readonly (readonly Item[])[]) {
  const lines = shards.map(items =>
    Buffer.concat(
      items.map(({ name, of, labels }) =>
        Buffer.from(
          `${JSON.stringify({ name, of, labels: Object.keys(labels ?? {}).length > 0 ? labels : undefined })}\n`,
        ),
      ),
    ),
  );
  let offset = 0n;
  const entries = [...lines, Buffer.alloc(0)].map((body, shard) => {
    const entry = Buffer.alloc(16);
    entry.writeBigUInt64LE(offset);
    if (shard < lines.length) createHash('sha256').update(body).digest().copy(entry, 8, 0, 8);
    offset += BigInt(body.length);
    return entry;
  });
  return { items: Buffer.concat(lines), index: Buffer.concat(entries) };
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\ud800', '\n', '"', 'ä体'),
);
const item = fc.record(
  {
    name: text,
    of: text,
    labels: fc.oneof(
      fc.constant({}),
      fc.dictionary(text, text, { maxKeys: 3 }),
      // Around what is one text, and one block, on its way.
      fc.constantFrom(4000, 21_800, 65_500, 70_000, 2_500_000).map(count => ({ long: 'ä'.repeat(count) })),
    ),
  },
  { requiredKeys: ['name'] },
);

it('lines and index are those of all items at once, however long they are', () => {
  let onDisk = 0;
  fc.assert(
    fc.property(fc.array(fc.array(item, { maxLength: 5 }), { maxLength: 6 }), shards => {
      const { items, index } = encodeShards(shards);
      const plain = plainly(shards);
      if (items.length > 4 * 2 ** 20) onDisk++;
      expect(wholeOf(items).equals(plain.items)).toBe(true);
      expect(index.equals(plain.index)).toBe(true);
    }),
    { numRuns: runs(200, 100) },
  );
  expect(onDisk).toBeGreaterThan(0);
});
