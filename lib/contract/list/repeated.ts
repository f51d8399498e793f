import { isPart } from './column-words.ts';
import type { RawItem } from './read-json.ts';

/** Items as they stand in a list, before their names are judged. */
export interface ListRead {
  readonly items: readonly RawItem[];
  readonly column?: string;
  readonly notes: readonly string[];
}

/** Each item once, with the labels that all of its rows share. */
export function takeOnce(read: ListRead): ListRead {
  const first = new Map<string, RawItem>();
  for (const item of read.items) {
    const before = first.get(item.name);
    first.set(
      item.name,
      before
        ? {
            ...before,
            labels: Object.fromEntries(
              Object.entries(before.labels).filter(([key, value]) => item.labels[key] === value),
            ),
          }
        : item,
    );
  }
  const more = read.items.length - first.size;
  const note = `${more.toLocaleString('en-US')} more ${more === 1 ? 'row names' : 'rows name'} an item that is there already: taken once, with the labels that its rows share`;
  return { ...read, items: [...first.values()], notes: more > 0 ? [...read.notes, note] : read.notes };
}

/** How a list with a name in several rows is mended: nothing may be advised that loses a session. */
export function twiceFix({ items, column }: ListRead): string {
  const rows = new Map<string, RawItem[]>();
  for (const item of items) rows.set(item.name, [...(rows.get(item.name) ?? []), item]);
  const several = [...rows.values()].filter(group => group.length > 1);
  const keys = Object.keys(several[0]?.[0]?.labels ?? {});
  const tells = (key: string): boolean =>
    several.every(group => new Set(group.map(item => item.labels[key])).size === group.length) &&
    items.every(item => (item.labels[key] ?? '') !== '');
  const part = column && !column.includes(',') ? keys.filter(isPart).find(tells) : undefined;
  if (part)
    return `--column ${shellWord(`${column},${part}`)} makes an item of each row; --unique takes each name once`;
  if (keys.length > 0)
    return '--unique takes each name once; --column A,B joins two columns where rows are items';
  return 'take one of the two out, or --unique';
}

const shellWord = (text: string): string => (/^[\w.,-]+$/.test(text) ? text : JSON.stringify(text));
