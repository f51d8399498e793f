import type { Problem } from '../workload/errors.ts';
import { nameProblem } from './item-names.ts';
import { TextTable } from './text-table.ts';

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
  const seen = new TextTable(row => rows[row]!.name, rows.length);
  let known: string | undefined;
  const fix = (): string => (known ??= twice());
  rows.forEach((row, index) => {
    const first = seen.take(index);
    const bad = nameProblem(row.name);
    if (bad) problems.push({ where: `${source} ${row.at}`, ...bad });
    else if (first !== undefined)
      problems.push({
        where: `${source} ${row.at}`,
        message: `${JSON.stringify(row.name)} is there already, in ${rows[first]!.at}`,
        fix: fix(),
      });
  });
  rows.forEach(({ name, at }, index) => {
    if (!name.includes('/') || seen.find(name) !== index) return;
    const above = foldersAbove(name).find(folder => seen.find(folder) !== undefined);
    if (above !== undefined)
      problems.push({
        where: `${source} ${at}`,
        message: `the outputs of ${JSON.stringify(name)} would be among those of ${JSON.stringify(above)} (${rows[seen.find(above)!]!.at}), and overwrite them`,
        fix: `give ${JSON.stringify(above)} a part of its own, such as ${above}/all, or leave one of the two to another run`,
      });
  });
  return { problems, warnings: problems.length > 0 ? [] : twinWarnings(rows) };
}

function foldersAbove(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

const mayFold = /[^\0-@[-\x7f]/;
const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** Of names that are each there once. */
function twinWarnings(rows: readonly NameAt[]): readonly string[] {
  if (!rows.some(({ name }) => mayFold.test(name))) return [];
  const first = new TextTable(row => folded(rows[row]!.name), rows.length);
  const pairs: string[] = [];
  rows.forEach(({ name, at }, index) => {
    const before = first.take(index);
    if (before !== undefined) pairs.push(`${rows[before]!.name} (${rows[before]!.at}) and ${name} (${at})`);
  });
  if (pairs.length === 0) return [];
  const more = pairs.length > 3 ? `, and ${pairs.length - 3} more` : '';
  return [
    `on macOS and Windows these share one folder, so fetch them there into two: ${pairs.slice(0, 3).join('; ')}${more}`,
  ];
}
