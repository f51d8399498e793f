import { lastEnd, tookText } from '../../lib/cli/output/took.ts';
import type { LedgerRow } from '../../lib/ledger/ledger.ts';

const row = (state: LedgerRow['state'], endedAt?: string): LedgerRow =>
  ({
    name: 'a',
    step: 'run',
    steps: [],
    state,
    round: 0,
    attempts: 1,
    ...(endedAt ? { endedAt } : {}),
  }) as LedgerRow;
const at = (time: string) => `2026-01-01T${time}.000Z`;
const rounds = [{ round: 0, createdAt: at('10:00:00') }];
const ledger = (...rows: LedgerRow[]) => {
  const meter = lastEnd();
  for (const row of rows) meter.add(row);
  return { end: meter.end, ended: true };
};

it('is from the submission to the end of the last item; what never began has no end', () => {
  const rows = [row('done', at('10:30:00')), row('failed', at('11:05:00')), row('cancelled'), row('blocked')];
  expect(tookText(ledger(...rows), rounds)).toBe(' in 1h05m');
});

it('of a run that was retried is its last round’s', () => {
  const both = [...rounds, { round: 1, createdAt: at('12:00:00') }];
  expect(tookText(ledger(row('done', at('10:30:00')), row('done', at('12:05:10'))), both)).toBe(
    ' (round 1: 5m10s)',
  );
});

it('is when somebody saw it end where an end is not known, and else not said; nor of what goes on', () => {
  const some = ledger(row('done', at('10:30:00')), row('failed'));
  expect(tookText(some, rounds)).toBe('');
  expect(tookText(some, rounds, new Date(at('10:40:00')))).toBe(' in 40m00s');
  expect(tookText({ ...ledger(row('done', at('10:30:00'))), ended: false }, rounds)).toBe('');
  expect(tookText(ledger(row('done', at('09:00:00'))), rounds)).toBe('');
});
