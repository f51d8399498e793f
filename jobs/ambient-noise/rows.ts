import { isDay } from './calendar.ts';
import { type StationDay, type StationDayState, toldStates } from './station-day.ts';

const columns = [
  'station',
  'day',
  'state',
  'expected_channels',
  'found_channels',
  'readable_channels',
  'coverage',
  'windows',
  'windows_of_day',
  'reason',
] as const;

const values = (row: StationDay): readonly (string | number)[] => [
  row.station,
  row.day,
  row.state,
  row.expected,
  row.found,
  row.readable,
  row.coverage === undefined ? '' : Math.floor(row.coverage * 10_000) / 10_000,
  row.windows ?? '',
  row.windowsOfDay ?? '',
  row.reason ?? '',
];

/** A line a station-day, by RFC 4180, with the names of the columns first. */
export function rowsCsv(rows: readonly StationDay[]): string {
  return [columns, ...rows.map(values)].map(line => `${line.map(quoted).join(',')}\r\n`).join('');
}

/** A sheet would take what begins with these for a formula. */
function quoted(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Rows that a script of the lab's tells, by the names of the columns: `station`, `day` and `state` have to be there. Throws an
 * Error that names the line.
 */
export function parseRows(text: string): readonly StationDay[] {
  const [names = [], ...lines] = parseCsv(text.replace(/^\uFEFF/, ''));
  const lacks = ['station', 'day', 'state'].filter(name => !names.includes(name));
  if (lacks.length > 0) throw new Error(`line 1 has no column ${lacks.join(', ')}`);
  return lines.map((line, at) => {
    const value = (name: string): string => line[names.indexOf(name)] ?? '';
    const number = (name: string): number | undefined =>
      value(name) === '' ? undefined : Number(value(name));
    const [station, day, state] = [value('station'), value('day'), value('state')];
    if (station === '') throw new Error(`line ${at + 2} names no station`);
    if (!isDay(day)) throw new Error(`line ${at + 2}: ${day || 'nothing'} is no day: 2019-01-31`);
    if (!toldStates.includes(state))
      throw new Error(`line ${at + 2}: ${state || 'nothing'} is no state: ${toldStates.join(', ')}`);
    const expected = number('expected_channels') ?? 1;
    const [coverage, windows, windowsOfDay] = [
      number('coverage'),
      number('windows'),
      number('windows_of_day'),
    ];
    const reason = value('reason');
    return {
      station,
      day,
      state: state as StationDayState,
      expected,
      found: number('found_channels') ?? (state === 'no-file' ? 0 : expected),
      readable: number('readable_channels') ?? (state === 'no-file' || state === 'unreadable' ? 0 : expected),
      ...(coverage === undefined ? {} : { coverage }),
      ...(windows === undefined ? {} : { windows }),
      ...(windowsOfDay === undefined ? {} : { windowsOfDay }),
      ...(reason === '' ? {} : { reason }),
    };
  });
}

/** Fields by RFC 4180; empty lines go. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const lines: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    const line = lines.at(-1)!;
    line.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    if (end !== ',') lines.push([]);
  }
  return lines.filter(line => line.some(field => field !== ''));
}
