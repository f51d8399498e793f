import type { Day } from './calendar.ts';

/**
 * Where days are kept in the lab's bucket: not below a run, for another run of the same recipe uses them. `root` is the
 * place's prefix.
 */
export const recipePrefix = (root: string, recipe: string): string => `${root}${recipe.slice(0, 12)}/`;

/** What a recipe is, in words: `recipe.json`. */
export const recipeKey = (root: string, recipe: string): string => `${recipePrefix(root, recipe)}recipe.json`;

/** A day's marker, written after everything that it names. */
export const markerKey = (root: string, recipe: string, day: Day): string =>
  `${recipePrefix(root, recipe)}${day}/day.json`;

/** Below it in the lab's bucket, by recipe and day. */
export const resultsPrefix = 'ambient-noise/';

/** Of the archive among a workload's datasets. */
export const archivePath = '/archive';
