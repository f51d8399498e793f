import { LabError, type Problem } from '../workload/errors.ts';
import type { Bytes } from './bytes.ts';
import { nameRank, normal } from './column-words.ts';
import { ItemBook, type ListedItem } from './item-book.ts';
import { jsonElements } from './json-elements.ts';
import { linesIn } from './list-text.ts';
import type { ItemsRead } from './repeated.ts';

/** Items of a JSON array: strings, whole numbers, or objects. Throws LabError. */
export function readJson(bytes: Bytes, source: string, one: string, column?: readonly string[]): ItemsRead {
  try {
    return itemsOf(elementsIn(bytes), new ItemBook('element'), source, one, column);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new LabError({
      where: source,
      message: `begins as JSON and is none: ${error.message}`,
      fix: `["a", "b"], or one ${one} a line`,
    });
  }
}

/** Items of JSON lines: a string or an object each. Throws LabError. */
export function readJsonLines(
  bytes: Bytes,
  source: string,
  one: string,
  column?: readonly string[],
): ItemsRead {
  return itemsOf(valuesIn(bytes), new ItemBook('line'), source, one, column);
}

/** A value and where it stands. */
interface ValueAt {
  readonly value: unknown;
  readonly at: number;
}

function* elementsIn(bytes: Bytes): Generator<ValueAt> {
  let element = 0;
  for (const value of jsonElements(bytes)) yield { value, at: ++element };
}

function* valuesIn(bytes: Bytes): Generator<ValueAt> {
  let line = 0;
  for (const raw of linesIn(bytes)) {
    line++;
    if (raw.trim() !== '') yield { value: parsed(raw), at: line };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function itemsOf(
  values: Iterable<ValueAt>,
  book: ItemBook,
  source: string,
  one: string,
  column: readonly string[] | undefined,
): ItemsRead {
  const items: ListedItem[] = [];
  const problems: Problem[] = [];
  for (const { value, at } of values) {
    const item = itemOf(value, one, column);
    if (item) items.push(book.add(item.name, at, book.keep(item.labels)));
    else
      problems.push({
        where: `${source} ${book.what} ${at}`,
        message: `is not a string or an object with a "${column?.join('" and a "') ?? `${one}" or "name`}"`,
        ...(column ? {} : { fix: '--column NAME says which of its fields is the name' }),
      });
  }
  if (problems.length > 0) throw new LabError(problems.slice(0, 20));
  return { items, book };
}

function itemOf(
  value: unknown,
  one: string,
  column: readonly string[] | undefined,
): { readonly name: string; readonly labels: Readonly<Record<string, string>> } | undefined {
  if (typeof value === 'string') return { name: value.trim(), labels: {} };
  if (Number.isSafeInteger(value)) return { name: String(value), labels: {} };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = Object.entries(value).map(
    ([key, field]) => [key, typeof field === 'string' ? field : JSON.stringify(field)] as const,
  );
  const ranked = fields
    .map(([key]) => ({ key, rank: nameRank(key, one) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => a.rank! - b.rank!);
  const wanted = column ?? ranked.slice(0, 1).map(({ key }) => key);
  const parts = wanted.map(
    each => fields.find(([key]) => key === each) ?? fields.find(([key]) => normal(key) === normal(each)),
  );
  if (parts.length === 0 || parts.some(part => part === undefined)) return undefined;
  const only = parts.length === 1 ? parts[0]![0] : undefined;
  return {
    name: parts.map(part => part![1].trim()).join('/'),
    labels: Object.fromEntries(fields.filter(([key]) => key !== only)),
  };
}
