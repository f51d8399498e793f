import { counted } from '../../lib/contract/workload/number-text.ts';
import { type Day, dayOfYear, lastOf, monthOf } from './calendar.ts';
import { completenessOf } from './completeness.ts';
import { isMissing, isTold, type StationDay } from './station-day.ts';

/** How a cell is drawn: by its shape, and where the terminal has colours by them too. */
export type Paint = (text: string, colour: 'green' | 'yellow' | 'red' | 'dim') => string;

export interface DayCell {
  readonly day: Day;
  readonly expected: number;
  readonly used: number;
  /** Not looked at yet. */
  readonly waiting: number;
  /** Of units that are done, and whose script has told nothing. */
  readonly untold: number;
}

export function dayCells(rows: readonly StationDay[]): ReadonlyMap<Day, DayCell> {
  return new Map(
    [...Map.groupBy(rows, row => row.day)].map(([day, own]) => {
      const { expected, used } = completenessOf(own);
      return [
        day,
        {
          day,
          expected,
          used,
          waiting: own.filter(({ state }) => state === 'waiting').length,
          untold: own.filter(({ state }) => state === 'untold').length,
        },
      ];
    }),
  );
}

/** What a cell stands for, in the order of the legend. */
const cells = {
  whole: ['■', 'green', 'every station used'],
  most: ['▣', 'yellow', 'at least half of the stations used'],
  few: ['□', 'red', 'fewer than half used'],
  none: ['×', 'red', 'none used'],
  waiting: ['·', 'dim', 'nothing known yet'],
  untold: ['?', 'dim', 'its script left no station-days.csv'],
} as const;

function kindOf({ expected, used, waiting, untold }: DayCell): keyof typeof cells {
  if (untold > 0 && untold + waiting === expected) return 'untold';
  if (waiting === expected) return 'waiting';
  if (used === expected) return 'whole';
  if (used === 0) return 'none';
  return used * 2 >= expected ? 'most' : 'few';
}

/**
 * A year's days as a line a month, a cell a day, with the station-days that were used beside it. 52 columns wide; every
 * state has a shape of its own.
 */
export function calendarText(rows: readonly StationDay[], paint: Paint): readonly string[] {
  const byDay = dayCells(rows);
  const months = [...Map.groupBy(byDay.values(), cell => monthOf(cell.day))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const lines = [`         1   5    10   15   20   25   30   station-days`];
  for (const [month, own] of months) {
    const days = Number(lastOf(month).slice(8));
    const drawn = Array.from({ length: days }, (_, at) => {
      const cell = byDay.get(`${month}-${String(at + 1).padStart(2, '0')}`);
      if (!cell) return ' ';
      const [mark, colour] = cells[kindOf(cell)];
      return paint(mark, colour);
    }).join('');
    const used = own.reduce((sum, cell) => sum + cell.used, 0);
    const expected = own.reduce((sum, cell) => sum + cell.expected, 0);
    lines.push(`${month}  ${drawn}${' '.repeat(34 - days)}${used} of ${expected}`);
  }
  const shown = new Set([...byDay.values()].map(kindOf));
  const legend = (Object.keys(cells) as (keyof typeof cells)[])
    .filter(kind => shown.has(kind))
    .map(kind => `${paint(cells[kind][0], cells[kind][1])} ${cells[kind][2]}`);
  return [...lines, '', ...legend];
}

/** Each reason why station-days are missing, with how often and an example; most frequent first. */
export function reasonLines(rows: readonly StationDay[], limit = 8): readonly string[] {
  const missing = rows.filter(row => isMissing(row) && isTold(row));
  const groups = [...Map.groupBy(missing, row => `${row.state}\0${row.reason ?? ''}`)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const lines = groups.slice(0, limit).map(([, own]) => {
    const { station, day, reason, state } = own[0]!;
    const more = own.length > 1 ? ` and ${own.length - 1} more` : '';
    return `${String(own.length).padStart(6)}  ${reason ?? state}: ${station} ${day} (${day.slice(0, 4)}_${dayOfYear(day)})${more}`;
  });
  return groups.length > limit
    ? [...lines, `        and ${counted(groups.length - limit, 'other reason')}`]
    : lines;
}
