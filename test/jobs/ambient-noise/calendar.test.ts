import fc from 'fast-check';
import { dayPrefix, fileName, parseFileName } from '../../../jobs/ambient-noise/archive.ts';
import { daysFrom, isDay, startOf } from '../../../jobs/ambient-noise/calendar.ts';
import { type Unit, unitDays, unitOf, unitsBetween } from '../../../jobs/ambient-noise/units.ts';
import { runs } from '../../helpers/runs.ts';

const day = fc
  .integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2099, 11, 31) })
  .map(ms => new Date(ms).toISOString().slice(0, 10));

it('months and days of a range have every day once, in order, whatever the range', () => {
  fc.assert(
    fc.property(
      day,
      fc.integer({ min: 0, max: 800 }),
      fc.constantFrom('month' as const, 'day' as const),
      (first, more, by) => {
        const last = new Date(startOf(first)! + more * 86_400_000).toISOString().slice(0, 10);
        const units = unitsBetween(first, last, by);
        expect(units.flatMap(unitDays)).toEqual(daysFrom(first, last));
        expect(new Set(units.map(({ name }) => name)).size).toBe(units.length);
        for (const unit of units) expect(unitDays(unit).every(each => each.startsWith(unit.name))).toBe(true);
      },
    ),
    { numRuns: runs(100) },
  );
});

it.each<[string, string, number, Unit]>([
  ['2019-01', '2019-12', 12, { name: '2019-01', first: '2019-01-01', last: '2019-01-31' }],
  ['2020', '2020', 12, { name: '2020-01', first: '2020-01-01', last: '2020-01-31' }],
  ['2020-02', '2020-02', 1, { name: '2020-02', first: '2020-02-01', last: '2020-02-29' }],
  ['2019-01-15', '2019-02-03', 2, { name: '2019-01', first: '2019-01-15', last: '2019-01-31' }],
])('from %s to %s are %i months', (start, end, count, first) => {
  const units = unitsBetween(start, end, 'month');
  expect(units).toHaveLength(count);
  expect(units[0]).toEqual(first);
});

it.each([
  [undefined, undefined, /--start: is not given/],
  ['2019-13', '2019-12', /2019-13 is no year, month or day/],
  ['2019-02-30', undefined, /2019-02-30 is no year, month or day/],
  ['2019-05', '2019-04', /--end: 2019-04 is before --start 2019-05/],
])('from %s to %s is refused', (start, end, message) => {
  expect(() => unitsBetween(start, end, 'month')).toThrow(message);
});

it('names of files are read back, whatever the station, and no day takes another’s', () => {
  const code = (min: number, max: number) => fc.stringMatching(new RegExp(`^[A-Z0-9]{${min},${max}}$`));
  fc.assert(
    fc.property(
      day,
      code(1, 2),
      code(1, 5),
      code(3, 3),
      code(0, 2),
      (at, network, station, channel, location) => {
        const file = { network, station, channel, location };
        expect(parseFileName(at, fileName(at, file))).toEqual(file);
        const other = at.endsWith('-01') ? `${at.slice(0, 8)}02` : `${at.slice(0, 8)}01`;
        expect(parseFileName(other, fileName(at, file))).toBeUndefined();
      },
    ),
  );
  expect(fileName('2024-03-01', { network: 'CI', station: 'STAA', channel: 'BHZ', location: '' })).toBe(
    'CISTAA_BHZ___2024061.ms',
  );
  expect(dayPrefix('2024-03-01')).toBe('continuous_waveforms/2024/2024_061/');
});

it('a unit is a month or a day that there is', () => {
  expect(unitOf('2019-02-29')).toBeUndefined();
  expect(unitOf('2019-2')).toBeUndefined();
  expect(isDay('2000-02-29')).toBe(true);
});
