import { LabError, type Problem } from '../workload/errors.ts';
import type { Item, ItemNoun } from '../workload/workload.ts';
import type { Bytes } from './bytes.ts';
import { checkNames } from './check-names.ts';
import { type ColumnChoice, chooseColumns } from './choose-columns.ts';
import { nameRank } from './column-words.ts';
import { decodeText } from './decode-text.ts';
import { findFormat } from './find-format.ts';
import { ItemBook } from './item-book.ts';
import { plainNames } from './plain-names.ts';
import { readJson, readJsonLines } from './read-json.ts';
import { type ListRecords, readLines, readTable } from './read-records.ts';
import { type ListRead, takeOnce, twiceFix } from './repeated.ts';
import { someProblems } from './some-problems.ts';
import { toItems } from './to-items.ts';
import { isUri, uriNames } from './uri-names.ts';

export interface ParseListOptions extends ColumnChoice {
  /** Items that are there several times are taken once, with the labels that all of their rows share. */
  readonly unique?: boolean;
}

export interface ParsedList {
  readonly items: readonly Item[];
  /** Headings of the columns that make the names, joined by a comma; undefined where there are none. */
  readonly column?: string;
  /** Names of the labels. */
  readonly labels: readonly string[];
  /** What was read otherwise than it stands there, and what may be a mistake: for a person, once each. */
  readonly notes: readonly string[];
}

/**
 * The items of a list, in its order. Its format is found by looking: a name a line (`#` starts a comment, a range `a..b`
 * stands for its members), a table with a heading (tab, `;`, comma), a JSON array, JSON lines. The name's column is the
 * noun's own or another that the field knows; all others become labels, which are read where somebody looks at them.
 * Throws LabError with every problem, or with the line where it is not certain what is meant.
 */
export function parseList(
  bytes: Bytes,
  source: string,
  noun: ItemNoun,
  options: ParseListOptions = {},
): ParsedList {
  const plain = plainList(bytes, source, noun, options);
  if (plain) return { items: plain, labels: [], notes: [] };
  const read = readList(decodeText(bytes, source), source, noun, options);
  const named = noun.lines === 'uri' ? nameByUri(read, source) : read;
  const once = options.unique ? takeOnce(named) : named;
  if (once.items.length === 0)
    throw new LabError({
      where: source,
      message: `has no ${noun.one} in it${read.column ? ` below the heading ${read.column}` : ''}`,
      fix: `write one ${noun.one} a line`,
    });
  const { problems, warnings } = checkNames(once.items, source, () => twiceFix(once));
  if (problems.length > 0) throw new LabError(someProblems(problems, source));
  return {
    items: once.items,
    ...(read.column ? { column: read.column } : {}),
    labels: once === named ? [...named.book.labelNames] : labelsOf(once.items),
    notes: [...once.notes, ...warnings],
  };
}

/** A list in which there is nothing to choose and nothing to say. */
function plainList(
  bytes: Bytes,
  source: string,
  { one, lines }: ItemNoun,
  { column, noHeader, unique }: ParseListOptions,
): readonly Item[] | undefined {
  if (lines === 'uri' || column || unique || /\.(?:jsonl|ndjson|json)$/i.test(source)) return undefined;
  const items = plainNames(bytes);
  // Its first line may be a heading.
  return items && (noHeader || nameRank(items[0]!.name, one) === undefined) ? items : undefined;
}

function readList(bytes: Bytes, source: string, noun: ItemNoun, options: ParseListOptions): ListRead {
  const { column } = options;
  const { lines } = noun;
  const found = findFormat(bytes, source, noun.one, column, lines === 'uri');
  const { format } = found;
  if (format.kind === 'json' || format.kind === 'json-lines') {
    const read = format.kind === 'json' ? readJson : readJsonLines;
    return { ...read(bytes, source, noun.one, column), notes: found.notes };
  }
  const records =
    format.kind === 'lines' ? readLines(found.bytes) : readTable(found.bytes, source, format.delimiter);
  const addresses = lines === 'uri' && isUri(firstField(records));
  const choice = addresses && !column ? { ...options, noHeader: true } : options;
  const columns = chooseColumns(records, source, noun.one, choice);
  if (format.kind === 'lines' && lines !== 'uri') refuseFields(columns.rows, source);
  const { items, book, notes } = toItems(columns, source, addresses);
  const heading = choice.noHeader ? '' : columns.names.map(each => columns.heading[each] ?? '').join(',');
  return {
    items,
    book,
    ...(heading ? { column: heading } : {}),
    notes: [...found.notes, ...columns.notes(), ...notes],
  };
}

function firstField(records: ListRecords): string {
  for (const { fields } of records) return fields[0]!;
  return '';
}

/** A name with a delimiter in it, where the first line has none: a table that lost its heading, or a name in need of quotes. */
function refuseFields(rows: ListRecords, source: string): void {
  const problems: Problem[] = [];
  for (const { fields, quoted, line } of rows)
    if (!quoted && /[,;\t]/.test(fields[0]!.replace(/\s#(?:\s.*)?$/, '')))
      problems.push({
        where: `${source} line ${line}`,
        message: `${JSON.stringify(fields[0])} has several fields, and the first line has one`,
        fix: 'put a name that holds , or ; in quotes, or give the table a heading',
      });
  if (problems.length > 0) throw new LabError(someProblems(problems, source));
}

/** Items by the base names of their addresses, which become the label `uri`. */
function nameByUri(read: ListRead, source: string): ListRead {
  const bad = read.items.filter(({ name }) => !isUri(name));
  if (bad.length > 0)
    throw new LabError(
      someProblems(
        bad.map(({ name, at }) => ({
          where: `${source} ${at}`,
          message: `${JSON.stringify(name)} is not the address of a file in S3`,
          fix: 's3://bucket/key, and further columns after a tab',
        })),
        source,
      ),
    );
  const names = uriNames(read.items.map(item => item.name));
  const book = new ItemBook(read.book.what);
  const items = read.items.map((item, index) =>
    book.add(names[index]!, item.place, book.keep({ uri: item.name, ...item.labels })),
  );
  return { ...read, items, book };
}

function labelsOf(items: readonly Item[]): readonly string[] {
  const names = new Set<string>();
  for (const { labels } of items) for (const name in labels) names.add(name);
  return [...names];
}
