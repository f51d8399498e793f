import { daysFrom } from '../../../jobs/ambient-noise/calendar.ts';
import { calendarText, reasonLines } from '../../../jobs/ambient-noise/calendar-text.ts';
import { completenessPage } from '../../../jobs/ambient-noise/page.ts';
import { parseRows, rowsCsv } from '../../../jobs/ambient-noise/rows.ts';
import type { StationDay } from '../../../jobs/ambient-noise/station-day.ts';

const row = (station: string, day: string, more: Partial<StationDay> = {}): StationDay => ({
  station,
  day,
  state: 'used',
  expected: 3,
  found: 3,
  readable: 3,
  coverage: 1,
  windows: 47,
  windowsOfDay: 47,
  ...more,
});
const missing = { state: 'no-file', found: 0, readable: 0, reason: 'no file of BHE, "all", <b>' } as const;
const rows = daysFrom('2024-02-01', '2024-02-29').flatMap(day => [
  row('CI.A', day),
  row('CI.B', day, day === '2024-02-02' ? missing : {}),
  row('CI.C', day, day <= '2024-02-03' && day >= '2024-02-02' ? missing : {}),
]);

it('a year is a calendar of a cell a day, told apart without colour', () => {
  const plain = calendarText(rows, text => text);
  expect(plain[1]).toBe(`2024-02  ■□▣${'■'.repeat(26)}     84 of 87`);
  expect(plain.every(line => line.length <= 80)).toBe(true);
  expect(plain.slice(-3)).toEqual([
    '■ every station used',
    '▣ at least half of the stations used',
    '□ fewer than half used',
  ]);
  expect(calendarText(rows, (text, colour) => `<${colour}>${text}`)[1]).toContain('<green>■<red>□<yellow>▣');
});

it('why days are missing, each reason once with how often', () => {
  expect(reasonLines(rows)).toEqual([
    '     3  no file of BHE, "all", <b>: CI.B 2024-02-02 (2024_033) and 2 more',
  ]);
});

it('rows go to CSV and back', () => {
  const text = rowsCsv(rows);
  expect(text.split('\r\n')).toHaveLength(rows.length + 2);
  expect(parseRows(text)).toEqual(
    rows.map(({ coverage, windows, windowsOfDay, ...each }) => ({
      ...each,
      coverage,
      windows,
      windowsOfDay,
    })),
  );
});

it.each([
  ['station,day\nCI.A,2024-02-01', 'line 1 has no column state'],
  ['station,day,state\nCI.A,2024-02-30,used', 'line 2: 2024-02-30 is no day'],
  ['station,day,state\nCI.A,2024-02-01,fine', 'line 2: fine is no state'],
])('a script’s rows that are none are refused by their line', (text, message) =>
  expect(() => parseRows(text)).toThrow(message),
);

it('the page is one file that loads nothing, runs nothing and says everything', () => {
  const page = completenessPage('a <run>', rows);
  expect(page).not.toMatch(/<script|src=|href=|url\(|@import/);
  expect(page).toContain('<title>a &#60;run&#62;</title>');
  expect(page).toContain('84 of 87 station-days used (96 %)');
  expect(page).toContain('CI.A 2024-02-01 to 2024-02-29: used');
  const why = '<td>no file<td>no file of BHE, &#34;all&#34;, &#60;b&#62;';
  expect(page.match(/<tr><td>.*/g)).toEqual([
    `<tr><td>CI.B<td>2024-02-02<td>2024-02-02<td>1${why}</tr>`,
    `<tr><td>CI.C<td>2024-02-02<td>2024-02-03<td>2${why}</tr>`,
  ]);
});

it('a year is four pictures, each as wide as a screen; what nobody has looked at yet is not missing', () => {
  const year = daysFrom('2019-01-01', '2019-12-31').map(day =>
    row('CI.A', day, day > '2019-12-20' ? { state: 'waiting', found: 0, readable: 0 } : {}),
  );
  const page = completenessPage('year', year);
  const widths = [...page.matchAll(/<svg [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(4);
  expect(Math.max(...widths)).toBeLessThan(1250);
  expect(page).toContain('354 of 365 station-days used (96 %); 354 found, 354 readable, 11 not known yet');
  expect(page).toContain('Nothing is known to be missing');
});
