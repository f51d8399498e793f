import fc from 'fast-check';
import { readRecordName, recordName } from '../../lib/contract/run/keys.ts';
import { decodeOutcome, encodeOutcome, type ItemOutcome } from '../../lib/contract/run/outcome.ts';
import type { AttemptRecord, ItemRecord } from '../../lib/contract/run/records.ts';

const record = (
  own: Pick<AttemptRecord, 'items' | 'whole' | 'reason'>,
  endedAt = '2026-01-01T00:00:00.123Z',
) => ({
  ...{ version: 2 as const, runId: 'r', step: 'run', round: 0, shard: 3, jobId: 'a:3', attempt: 1 },
  ...{ startedAt: endedAt, endedAt, exitCode: 1 },
  ...own,
});
const namesOf = (items: readonly ItemRecord[] = []): readonly string[] => items.map(({ name }) => name);

const items = fc.array(
  fc.record(
    {
      name: fc.string(),
      state: fc.constantFrom('done', 'failed', 'interrupted', 'not-started'),
      partial: fc.constant(true as const),
      exitCode: fc.nat(255),
      reason: fc.constantFrom('', 'no data', 'run.sh exited with 3', 'ä"\\\u0000'),
      peakMemoryBytes: fc.nat(),
    },
    { requiredKeys: ['name', 'state'] },
  ),
  { maxLength: 6 },
);

it('what a name tells of a record is what the record says, in letters that every key may have', () => {
  let told = 0;
  fc.assert(
    fc.property(
      items,
      fc.boolean(),
      fc.option(fc.string({ maxLength: 9 }), { nil: undefined }),
      (all, isWhole, reason) => {
        const own = isWhole && all[0] ? { whole: all[0] } : { items: all };
        const given = record({ ...own, ...(reason === undefined ? {} : { reason }) });
        const outcome = encodeOutcome(given, namesOf(all));
        if (outcome === undefined) return;
        told++;
        const at = { jobId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee:9999', attempt: 10 };
        const name = recordName(at, { partial: true, outcome });
        expect(name).toMatch(/^[\w:.-]{1,255}$/);
        expect(readRecordName(`results/0/run/0000003/${name}`)).toEqual({ ...at, partial: true, outcome });
        const slim = ({ state, partial, exitCode, reason: why }: ItemRecord): ItemOutcome => ({
          state,
          ...(partial ? { partial } : {}),
          ...(exitCode === undefined ? {} : { exitCode }),
          ...(why === undefined ? {} : { reason: why }),
        });
        const { endedAt, exitCode } = given;
        expect(decodeOutcome(outcome)).toEqual({
          ...{ endedAt, exitCode, ...(reason === undefined ? {} : { reason }) },
          ...('whole' in own ? { whole: slim(own.whole!) } : { items: all.map(slim) }),
        });
      },
    ),
  );
  expect(told).toBeGreaterThan(50);
});

it('a shard of a hundred items of which one has failed tells so; what is too long, or of other items, does not', () => {
  const hundred = Array.from(
    { length: 100 },
    (_, index): ItemRecord =>
      index === 40
        ? { name: `p${index}`, state: 'failed', exitCode: 3, reason: 'run.sh exited with 3' }
        : { name: `p${index}`, state: 'done', exitCode: 0 },
  );
  const names = namesOf(hundred);
  expect(encodeOutcome(record({ items: hundred }), names)?.length).toBeLessThan(140);
  expect(encodeOutcome(record({ items: hundred }), names.toReversed())).toBeUndefined();
  expect(encodeOutcome(record({ items: hundred.slice(1) }), names)).toBeUndefined();
  const wordy = { ...hundred[40]!, reason: 'x'.repeat(200) };
  expect(encodeOutcome(record({ items: [wordy] }), ['p40'])).toBeUndefined();
  expect(encodeOutcome(record({ items: hundred }, '2026-01-01T00:00:00Z'), names)).toBeUndefined();
});

it('names of before tell what they did, and an outcome of another version nothing', () => {
  expect(readRecordName('a:3.2')).toEqual({ jobId: 'a:3', attempt: 2, partial: false, outcome: undefined });
  expect(readRecordName('x/a.12.partial')).toMatchObject({ jobId: 'a', attempt: 12, partial: true });
  expect(decodeOutcome('2W10')).toBeUndefined();
  expect(decodeOutcome('1bm90IEpTT04')).toBeUndefined();
});
