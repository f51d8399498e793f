import { LabError } from '../../lib/contract/workload/errors.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import type { InputPlace } from '../../lib/contract/workload/workload.ts';
import { dayPrefix, yearPrefix } from './archive.ts';
import type { Day } from './calendar.ts';

/**
 * What is told of days that the archive has no folder of; undefined where it has all, or where it cannot be seen. A listing a year.
 * Throws LabError where it has none of them: every job would start, find nothing, and be paid for.
 */
export async function noteDaysMissing(
  archive: Pick<InputPlace, 'address' | 'folders'>,
  days: readonly Day[],
): Promise<string | undefined> {
  const years = [...new Set(days.map(day => day.slice(0, 4)))];
  const found = new Set<string>();
  try {
    for (const year of years) for await (const folder of archive.folders(yearPrefix(year))) found.add(folder);
  } catch {
    // Members may not see every archive that jobs read.
    return undefined;
  }
  const missing = days.filter(day => !found.has(dayPrefix(day)));
  if (missing.length === 0) return undefined;
  if (missing.length === days.length)
    throw new LabError({
      where: archive.address,
      message: `has nothing of ${days.length === 1 ? days[0] : `the ${days.length.toLocaleString('en-US')} days ${days[0]} … ${days.at(-1)}`}: ${dayPrefix(days[0]!)} and the like are empty`,
      fix: 'name days that are there, or put their files there first',
    });
  const some = missing.slice(0, 3).join(', ');
  return `${missing.length.toLocaleString('en-US')} of ${counted(days.length, { one: 'day is', many: 'days are' })} not in the archive: ${some}${missing.length > 3 ? ', …' : ''}`;
}
