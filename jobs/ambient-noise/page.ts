import { addDays, type Day } from './calendar.ts';
import { completenessOf } from './completeness.ts';
import {
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
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);

/**
 * A page of a run's station-days, a line a station and a column a day: one file, that loads nothing and runs no script, so
 * that it can be sent, kept and opened anywhere.
 */
export function completenessPage(title: string, rows: readonly StationDay[]): string {
  const stations = [...new Set(rows.map(({ station }) => station))].sort();
  const days = daysOf(rows);
  const at = new Map(rows.map(row => [`${row.station} ${row.day}`, row]));
  const { expected, found, readable, used } = completenessOf(rows);
  const size = 12;
  const left = 90;
  const shown = new Set(rows.map(({ state }) => state));
  const cells = stations.flatMap((station, line) =>
    stretches(days, day => at.get(`${station} ${day}`)).map(({ row, from, count }) => {
      const [x, y] = [left + from * size, 30 + line * size];
      const until = count > 1 ? ` to ${days[from + count - 1]}` : '';
      const mark = row.state === 'used' ? '' : stateMarks[row.state].repeat(count);
      return `<g><title>${escaped(sentence(row, until))}</title><rect x="${x}" y="${y}" width="${count * size - 1}" height="${size - 1}" fill="${colours[row.state]}"/>${mark.trim() === '' ? '' : `<text x="${x + 3}" y="${y + 9}" textLength="${count * size - 6}">${escaped(mark)}</text>`}</g>`;
    }),
  );
  const width = left + days.length * size + 10;
  const height = 40 + stations.length * size;
  const missing = rows.filter(({ state }) => state !== 'used');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:14px system-ui,sans-serif;margin:2em;color:#1f2328}svg{font:9px monospace;overflow:visible}figure{overflow-x:auto;margin:1em 0}table{border-collapse:collapse}td,th{text-align:left;padding:.15em .8em .15em 0;vertical-align:top}.key span{display:inline-block;width:1em;text-align:center;margin-right:.3em;border:1px solid #8c959f}.key div{display:inline-block;margin-right:1.5em}</style></head>
<body><h1>${escaped(title)}</h1>
<p>${used} of ${expected} station-days used${expected > 0 ? ` (${percent(used / expected)})` : ''}; ${found} found, ${readable} readable.</p>
<p class="key">${stationDayStates
    .filter(state => shown.has(state))
    .map(
      state =>
        `<div><span style="background:${colours[state]}">${state === 'used' ? '&nbsp;' : escaped(stateMarks[state])}</span>${stateWords[state]}</div>`,
    )
    .join('')}</p>
<figure><svg role="img" aria-label="Station-days, a line a station and a column a day" width="${width}" height="${height}">
${days.flatMap((day, column) => (day.endsWith('-01') || column === 0 ? [`<text x="${left + column * size}" y="20">${day}</text>`] : [])).join('')}
${stations.map((station, line) => `<text x="0" y="${39 + line * size}">${escaped(station)}</text>`).join('\n')}
${cells.join('\n')}
</svg></figure>
<h2>${missing.length === 0 ? 'Nothing is missing' : `What is missing (${missing.length})`}</h2>
<table>${missing.length === 0 ? '' : '<tr><th>station<th>day<th>state<th>why</tr>'}
${missing.map(row => `<tr><td>${escaped(row.station)}<td>${row.day}<td>${stateWords[row.state]}<td>${escaped(row.reason ?? '')}</tr>`).join('\n')}
</table></body></html>
`;
}

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
    ...(windows === undefined ? [] : [`${windows} of ${windowsOfDay} windows`]),
  ].join(', ');
}

/** From the first to the last, those between that nothing is known of too: a gap is seen as one. */
function daysOf(rows: readonly StationDay[]): readonly Day[] {
  const known = rows.map(({ day }) => day).sort();
  const days: Day[] = [];
  for (let day = known[0]; day !== undefined && day <= known.at(-1)!; day = addDays(day, 1)) days.push(day);
  return days;
}
