import { expandRange } from '../contract/list/range.ts';
import { LabError, type Problem } from '../contract/workload/errors.ts';
import { suggest } from '../contract/workload/suggest.ts';
import type { Item, ItemNoun } from '../contract/workload/workload.ts';

export interface Selection {
  /** Names, or ranges of names. */
  readonly only?: readonly string[];
  /** The first so many, after `only`. */
  readonly limit?: number;
}

/** The items that were asked for, in the manifest's order. Throws LabError for names that are not there. */
export function selectItems(items: readonly Item[], selection: Selection, noun: ItemNoun): readonly Item[] {
  let chosen = items;
  if (selection.only && selection.only.length > 0) {
    const names = new Set(items.map(item => item.name));
    const problems: Problem[] = [];
    const wanted = new Set<string>();
    for (const text of selection.only) {
      const members = names.has(text) ? [text] : (expandRange(text)?.filter(name => names.has(name)) ?? []);
      if (members.length === 0) {
        const near = suggest(text, names);
        problems.push({
          where: '--only',
          message: `no ${noun.one} ${JSON.stringify(text)} in the list`,
          ...(near ? { fix: `did you mean ${near}?` } : {}),
        });
      }
      for (const member of members) wanted.add(member);
    }
    if (problems.length > 0) throw new LabError(problems);
    chosen = items.filter(item => wanted.has(item.name));
  }
  return selection.limit === undefined ? chosen : chosen.slice(0, selection.limit);
}
