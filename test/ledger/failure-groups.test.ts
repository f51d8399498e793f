import { failureGroups } from '../../lib/ledger/failure-groups.ts';
import type { LedgerRow } from '../../lib/ledger/ledger.ts';

const failed = (name: string, reason: string, exitCode = 1): LedgerRow =>
  ({ name, reason, exitCode, state: 'failed' }) as LedgerRow;
const namesOf = (...rows: LedgerRow[]) => failureGroups(rows).map(each => each.names);

it.each([
  ['names', failed('alice', 'no scan of alice.'), failed('bob', 'no scan of bob.')],
  ['names with marks of patterns', failed('a+(b', 'no a+(b here'), failed('c.d', 'no c.d here')],
  ['numbers', failed('p1', 'killed after 31 s'), failed('p2', 'killed after 4 s')],
  [
    'instances',
    failed('17', 'Host EC2 (instance i-0b299fa1667a95f60) terminated.'),
    failed('9', 'Host EC2 (instance i-0c1d2e3f4a5b6c7d8) terminated.'),
  ],
  [
    'names that are part of something else',
    failed('6', 's3://b/runs/20261121t165903z-000001/rounds/1/x is not the one that was submitted'),
    failed('7', 's3://b/runs/20261121t165903z-000001/rounds/1/x is not the one that was submitted'),
  ],
] as const)('reasons that differ by %s are one group', (_, one, two) => {
  expect(namesOf(one, two)).toEqual([[one.name, two.name]]);
});

it('other reasons and other exit codes are other groups, the largest first', () => {
  expect(
    namesOf(
      failed('a', 'no disk'),
      failed('b', 'no scan'),
      failed('c', 'no scan'),
      failed('d', 'no scan', 2),
    ),
  ).toEqual([['b', 'c'], ['a'], ['d']]);
});
