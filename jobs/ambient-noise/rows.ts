import type { StationDay } from './station-day.ts';

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
