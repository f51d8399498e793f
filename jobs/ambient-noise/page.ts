import { escaped } from '../../lib/contract/workload/html.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import { addDays, type Day } from './calendar.ts';
import { completenessOf } from './completeness.ts';
import {
  isTold,
  type StationDay,
  type StationDayState,
  stateMarks,
  stateWords,
  stationDayStates,
} from './station-day.ts';
import { percent } from './usable.ts';

/** Told apart without colour by the mark that a cell carries. */
const colours: Readonly<Record<StationDayState, string>> = {
  used: '#1a7f37',
  'no-file': '#d0d7de',
  unreadable: '#cf222e',
  short: '#d4a72c',
  'no-metadata': '#8250df',
  'other-rate': '#0969da',
  incomplete: '#bc4c00',
  'not-correlated': '#82071e',
  waiting: '#ffffff',
  untold: '#f6f8fa',
};

const [size, left, top] = [12, 90, 30];

/**
 * A page of a run's station-days, a line a station and a column a day, a quarter of a year below the other: one file, that loads
 * nothing and runs no script, so that it can be sent, kept and opened anywhere.
 */
export function completenessPage(title: string, rows: readonly StationDay[]): string {
  const stations = [...new Set(rows.map(({ station }) => station))].sort();
  const days = daysOf(rows);
  const at = new Map(rows.map(row => [`${row.station} ${row.day}`, row]));
  const of = (station: string) => (day: Day) => at.get(`${station} ${day}`);
  const { expected, found, readable, used } = completenessOf(rows);
  const missing = stations
    .flatMap(station => stretches(days, of(station)))
    .filter(({ row }) => row.state !== 'used' && isTold(row))
    .sort((a, b) => a.from - b.from);
  const [gone, waiting] = [
    missing.reduce((sum, { count }) => sum + count, 0),
    rows.filter(row => !isTold(row)).length,
  ];
  const shown = new Set(rows.map(({ state }) => state));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:14px system-ui,sans-serif;margin:2em;color:#1f2328}svg{font:9px monospace;overflow:visible}figure{overflow-x:auto;margin:1em 0}table{border-collapse:collapse}td,th{text-align:left;padding:.15em .8em .15em 0;vertical-align:top}.key>div{display:inline-block;margin-right:1.5em}.key span{display:inline-block;width:1.2em;text-align:center;margin-right:.4em;border:1px solid #8c959f;font:12px monospace}</style></head>
<body><h1>${escaped(title)}</h1>
<p>${used} of ${expected} station-days used${expected > 0 ? ` (${percent(used / expected)})` : ''}; ${found} found, ${readable} readable${waiting > 0 ? `, ${waiting} not known yet` : ''}.</p>
<div class="key">${stationDayStates
    .filter(state => shown.has(state))
    .map(
      state =>
        `<div><span style="background:${colours[state]}">${state === 'used' || state === 'waiting' ? '&nbsp;' : escaped(stateMarks[state])}</span>${stateWords[state]}</div>`,
    )
    .join('')}</div>
${quartersOf(days)
  .map(own => picture(own, stations, of))
  .join('\n')}
<h2>${gone === 0 ? (waiting === 0 ? 'Nothing is missing' : 'Nothing is known to be missing') : `What is missing (${gone})`}</h2>
<table>${gone === 0 ? '' : '<tr><th>station<th>from<th>to<th>days<th>state<th>why</tr>'}
${missing.map(({ row, from, count }) => `<tr><td>${escaped(row.station)}<td>${row.day}<td>${days[from + count - 1]}<td>${count}<td>${stateWords[row.state]}<td>${escaped(row.reason ?? '')}</tr>`).join('\n')}
</table></body></html>
`;
}

function picture(
  days: readonly Day[],
  stations: readonly string[],
  of: (station: string) => (day: Day) => StationDay | undefined,
): string {
  const cells = stations.flatMap((station, line) =>
    stretches(days, of(station)).map(({ row, from, count }) => {
      const [x, y] = [left + from * size, top + line * size];
      const until = count > 1 ? ` to ${days[from + count - 1]}` : '';
      const mark = row.state === 'used' ? '' : stateMarks[row.state].repeat(count);
      return `<g><title>${escaped(sentence(row, until))}</title><rect x="${x}" y="${y}" width="${count * size - 1}" height="${size - 1}" fill="${colours[row.state]}"/>${mark.trim() === '' ? '' : `<text x="${x + 3}" y="${y + 9}" textLength="${count * size - 6}">${escaped(mark)}</text>`}</g>`;
    }),
  );
  const dates = days.flatMap((day, column) =>
    day.endsWith('-01') || column === 0 ? [`<text x="${left + column * size}" y="20">${day}</text>`] : [],
  );
  const names = stations.map(
    (station, line) => `<text x="0" y="${top + 9 + line * size}">${escaped(station)}</text>`,
  );
  return `<figure><svg role="img" aria-label="Station-days from ${days[0]} to ${days.at(-1)}, a line a station and a column a day" width="${left + days.length * size + 10}" height="${top + 10 + stations.length * size}">
${[...dates, ...names, ...cells].join('\n')}
</svg></figure>`;
}

/** As wide as a screen. */
const quartersOf = (days: readonly Day[]): readonly (readonly Day[])[] => [
  ...Map.groupBy(days, day => `${day.slice(0, 4)} ${Math.floor((Number(day.slice(5, 7)) - 1) / 3)}`).values(),
];

interface Stretch {
  readonly row: StationDay;
  /** Column of its first day. */
  readonly from: number;
  readonly count: number;
}

/** Days in a row of which the same is to be said are drawn as one: a year of 400 stations is opened by any browser. */
function stretches(days: readonly Day[], of: (day: Day) => StationDay | undefined): readonly Stretch[] {
  const found: { row: StationDay; from: number; count: number }[] = [];
  for (const [from, day] of days.entries()) {
    const row = of(day);
    const last = found.at(-1);
    if (row && last && last.from + last.count === from && said(row) === said(last.row)) last.count++;
    else if (row) found.push({ row, from, count: 1 });
  }
  return found;
}

const said = (row: StationDay): string => sentence({ ...row, day: '' }, '');

function sentence(
  { station, day, state, coverage, windows, windowsOfDay, reason }: StationDay,
  until: string,
): string {
  return [
    `${station} ${day}${until}: ${stateWords[state]}`,
    ...(reason ? [reason] : []),
    ...(coverage === undefined ? [] : [`${percent(coverage)} of the day's samples`]),
    ...(windows === undefined ? [] : [`${windows} of ${counted(windowsOfDay ?? 0, 'window')}`]),
  ].join(', ');
}

/** From the first to the last, those between that nothing is known of too: a gap is seen as one. */
function daysOf(rows: readonly StationDay[]): readonly Day[] {
  const known = rows.map(({ day }) => day).sort();
  const days: Day[] = [];
  for (let day = known[0]; day !== undefined && day <= known.at(-1)!; day = addDays(day, 1)) days.push(day);
  return days;
}
