import type { Problem } from '../workload/errors.ts';
import { nameProblem } from './item-names.ts';

/** A name and where it stands: `line 3`. */
export interface NameAt {
  readonly name: string;
  readonly at: string;
}

export interface Judged {
  readonly problems: readonly Problem[];
  /** What is allowed and may be a mistake, for a person. */
  readonly warnings: readonly string[];
}

/**
 * Everything that is wrong with the names of a list: each by itself, those that are there twice (`twice` says how that is
 * mended), and those whose folder of outputs is one inside another's. Warns of names that are one where a file system
 * does not tell case, or composed from decomposed letters.
 */
export function checkNames(rows: readonly NameAt[], source: string, twice: () => string): Judged {
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  let known: string | undefined;
  const fix = (): string => (known ??= twice());
  for (const { name, at } of rows) {
    const where = `${source} ${at}`;
    const bad = nameProblem(name);
    const first = seen.get(name);
    if (bad) problems.push({ where, ...bad });
    else if (first !== undefined)
      problems.push({ where, message: `${JSON.stringify(name)} is there already, in ${first}`, fix: fix() });
    if (first === undefined) seen.set(name, at);
  }
  for (const [name, at] of seen) {
    if (!name.includes('/')) continue;
    const above = foldersAbove(name).find(folder => seen.has(folder));
    if (above !== undefined)
      problems.push({
        where: `${source} ${at}`,
        message: `the outputs of ${JSON.stringify(name)} would be among those of ${JSON.stringify(above)} (${seen.get(above)}), and overwrite them`,
        fix: `give ${JSON.stringify(above)} a part of its own, such as ${above}/all, or leave one of the two to another run`,
      });
  }
  return { problems, warnings: problems.length > 0 ? [] : twinWarnings(seen) };
}

function foldersAbove(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

const mayFold = /[^\0-@[-\x7f]/;
const folded = (name: string): string => name.normalize('NFC').toLowerCase();

function twinWarnings(seen: ReadonlyMap<string, string>): readonly string[] {
  const first = new Map<string, string>();
  const pairs: string[] = [];
  let folds = 0;
  for (const name of seen.keys()) if (mayFold.test(name)) folds++;
  if (folds === 0) return [];
  for (const [name, at] of seen) {
    const before = first.get(folded(name));
    if (before === undefined) first.set(folded(name), name);
    else pairs.push(`${before} (${seen.get(before)}) and ${name} (${at})`);
  }
  if (pairs.length === 0) return [];
  const more = pairs.length > 3 ? `, and ${pairs.length - 3} more` : '';
  return [
    `on macOS and Windows these share one folder, so fetch them there into two: ${pairs.slice(0, 3).join('; ')}${more}`,
  ];
}
