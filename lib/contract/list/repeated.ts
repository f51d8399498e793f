import { isPart } from './column-words.ts';
import type { ItemBook, ListedItem } from './item-book.ts';
import { TextTable } from './text-table.ts';

/** Items as they stand in a list, before their names are judged. */
export interface ItemsRead {
  readonly items: readonly ListedItem[];
  /** What has their labels. */
  readonly book: ItemBook;
}

export interface ListRead extends ItemsRead {
  readonly column?: string;
  readonly notes: readonly string[];
}

/** Each item once, with the labels that all of its rows share. */
export function takeOnce(read: ListRead): ListRead {
  const { items, book } = read;
  const table = new TextTable(place => items[place]!.name, items.length);
  const merged = new Map<number, ListedItem>();
  const firsts: number[] = [];
  items.forEach((item, place) => {
    const first = table.take(place);
    if (first === undefined) {
      firsts.push(place);
      return;
    }
    const before = merged.get(first) ?? items[first]!;
    const own = item.labels;
    const shared = Object.entries(before.labels ?? {}).filter(([key, value]) => own?.[key] === value);
    merged.set(first, book.add(item.name, before.place, book.keep(Object.fromEntries(shared))));
  });
  const more = items.length - firsts.length;
  if (more === 0) return read;
  const note = `${more.toLocaleString('en-US')} more ${more === 1 ? 'row names' : 'rows name'} an item that is there already: taken once, with the labels that its rows share`;
  return {
    ...read,
    items: firsts.map(place => merged.get(place) ?? items[place]!),
    notes: [...read.notes, note],
  };
}

/** How a list with a name in several rows is mended: nothing may be advised that loses a session. */
export function twiceFix({ items, column }: ListRead): string {
  const table = new TextTable(place => items[place]!.name, items.length);
  const rows = new Map<number, ListedItem[]>();
  items.forEach((item, place) => {
    const first = table.take(place);
    if (first === undefined) return;
    const group = rows.get(first) ?? [items[first]!];
    group.push(item);
    rows.set(first, group);
  });
  const several = [...rows].sort(([a], [b]) => a - b).map(([, group]) => group);
  const keys = Object.keys(several[0]?.[0]?.labels ?? {});
  const tells = (key: string): boolean =>
    several.every(group => new Set(group.map(item => item.labels?.[key])).size === group.length) &&
    items.every(item => (item.labels?.[key] ?? '') !== '');
  const part = column && !column.includes(',') ? keys.filter(isPart).find(tells) : undefined;
  if (part)
    return `--column ${shellWord(`${column},${part}`)} makes an item of each row; --unique takes each name once`;
  if (keys.length > 0)
    return '--unique takes each name once; --column A,B joins two columns where rows are items';
  return 'take one of the two out, or --unique';
}

const shellWord = (text: string): string => (/^[\w.,-]+$/.test(text) ? text : JSON.stringify(text));
