import { createHash } from 'node:crypto';
import type { Day } from '../../../jobs/ambient-noise/calendar.ts';
import { recipePrefix } from '../../../jobs/ambient-noise/keys.ts';
import type { DayInput } from '../../../jobs/ambient-noise/marker.ts';

/**
 * Where a day's correlations are: of the recipe, the day and the very data. A day that is made anew from other data has
 * another folder, so nothing of two results is ever mixed, and nothing is deleted.
 */
export function correlationsPrefix(
  root: string,
  recipe: string,
  day: Day,
  inputs: readonly DayInput[],
): string {
  const hash = createHash('sha256');
  for (const { key, bytes, etag } of inputs) hash.update(`${key}\n${bytes}\n${etag}\n`);
  return `${recipePrefix(root, recipe)}${day}/${hash.digest('hex').slice(0, 12)}/`;
}

/** Of the pairs of a day, beside them. */
export const pairsKey = (folder: string): string => `${folder}pairs.json`;
