import { LabError } from '../workload/errors.ts';
import type { Columns } from './choose-columns.ts';
import { ItemBook, type ListedItem } from './item-book.ts';
import { cleanName } from './item-names.ts';
import { expandRange } from './range.ts';
import type { ItemsRead } from './repeated.ts';

const noLabels: Readonly<Record<string, string>> = {};

/** The items that rows stand for, and what was left out around their names. Throws LabError for a range that is none. */
export function toItems(
  { rows, count, heading, names }: Columns,
  source: string,
  addresses: boolean,
): ItemsRead & { readonly notes: readonly string[] } {
  // As long as it will mostly be: one that grows is there twice.
  const items = new Array<ListedItem>(count);
  let length = 0;
  const book = new ItemBook('line', count);
  const comments: number[] = [];
  const invisibles: number[] = [];
  const labelOf = (index: number): string =>
    addresses && index === 1 ? 'index' : (heading[index] ?? `column ${index + 1}`);
  const isLabel = (field: string, index: number): boolean =>
    (names.length > 1 || index !== names[0]) && (index < heading.length || field !== '');
  const labelsOf = (fields: readonly string[]): Readonly<Record<string, string>> => {
    const labels: [string, string][] = [];
    fields.forEach((field, index) => {
      if (isLabel(field, index)) labels.push([labelOf(index), field]);
    });
    return Object.fromEntries(labels);
  };
  let wrong: LabError | undefined;
  for (const { fields, line } of rows) {
    const parts = names.map(index => cleanName(fields[index] ?? ''));
    if (parts.some(part => part.hadComment)) comments.push(line);
    if (parts.some(part => part.hadInvisible)) invisibles.push(line);
    const kept = book.keep(fields.length === 1 && names.length === 1 ? noLabels : labelsOf(fields));
    const name = parts.map(part => part.name).join('/');
    // A part that is missing is told as that, not as a name with a slash at its end.
    const whole = parts.every(part => part.name !== '') ? name : '';
    try {
      for (const member of names.length === 1 ? members(whole, `${source} line ${line}`) : [whole])
        items[length++] = book.add(member, line, kept);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      // Rows that are a guess are told before a range in one.
      wrong ??= error;
    }
  }
  if (wrong) throw wrong;
  items.length = length;
  const told = (lines: readonly number[], what: string): string[] =>
    lines.length === 0
      ? []
      : [
          `${what} ${lines.length === 1 ? 'a name' : `${lines.length} names`} left out (first: line ${lines[0]})`,
        ];
  return {
    items,
    book,
    notes: [...told(comments, 'the comment after'), ...told(invisibles, 'invisible characters around')],
  };
}

/** A range's members, or the name itself. */
function members(name: string, where: string): readonly string[] {
  try {
    return expandRange(name) ?? [name];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(error.problems.map(problem => ({ ...problem, where: `${where} ${problem.where}` })));
  }
}
