import type { Day } from './calendar.ts';
import { isMissing, type StationDay } from './station-day.ts';
import type { Unit } from './units.ts';

/** Station-days of a unit, or of several. */
export interface Completeness {
  readonly expected: number;
  readonly found: number;
  readonly readable: number;
  readonly used: number;
}

export function completenessOf(rows: readonly StationDay[]): Completeness {
  return {
    expected: rows.length,
    found: rows.filter(row => row.expected > 0 && row.found === row.expected).length,
    readable: rows.filter(row => row.expected > 0 && row.readable === row.expected).length,
    used: rows.filter(row => !isMissing(row)).length,
  };
}

/** Share of the station-days that is missing, 0 to 1; all of them where none was expected. */
export const missingShare = ({ expected, used }: Completeness): number =>
  expected === 0 ? 1 : (expected - used) / expected;

/** `5%`, `0.05` or `0` as a share. Undefined where it is none. */
export function parseShare(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  if (!found) return undefined;
  const share = Number(found[1]) / (found[2] ? 100 : 1);
  return share <= 1 ? share : undefined;
}

export type Verdict = 'whole' | 'partial' | 'failed';

/** A share that is allowed may be used up, and a unit of which nothing was used has failed whatever is allowed. */
export function verdict(completeness: Completeness, allowed: number): Verdict {
  const share = missingShare(completeness);
  if (share === 0) return 'whole';
  return share <= allowed + 1e-12 && completeness.used > 0 ? 'partial' : 'failed';
}

/** Rows of a day that left no word: each of its stations is missing, for one reason. */
export const rowsWithout = (
  stations: readonly string[],
  day: Day,
  channels: number,
  reason: string,
): readonly StationDay[] =>
  stations.map(station => ({
    station,
    day,
    state: 'not-correlated',
    expected: channels,
    found: 0,
    readable: 0,
    reason,
  }));

export const rowsOfUnit = (rows: readonly StationDay[], unit: Unit): readonly StationDay[] =>
  rows.filter(({ day }) => day >= unit.first && day <= unit.last);

/** `2 of 93 station-days are missing: CI.STAB 2024-03-02 (BHN cannot be read), …`, with as many names as a line holds. */
export function missingText(rows: readonly StationDay[], limit = 5): string {
  const missing = rows.filter(isMissing);
  const named = missing
    .slice(0, limit)
    .map(({ station, day, reason, state }) => `${station} ${day} (${reason ?? state})`);
  const more = missing.length > limit ? ` and ${missing.length - limit} more` : '';
  return `${missing.length} of ${rows.length} station-days are missing: ${named.join(', ')}${more}`;
}
