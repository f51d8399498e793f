import { LabError, type Problem } from '../workload/errors.ts';
import type { Item, ItemNoun } from '../workload/workload.ts';
import { checkNames } from './check-names.ts';
import { type ColumnChoice, type Columns, chooseColumns } from './choose-columns.ts';
import { isPart } from './column-words.ts';
import { decodeText } from './decode-text.ts';
import { findFormat } from './find-format.ts';
import { cleanName } from './item-names.ts';
import { expandRange } from './range.ts';
import { type RawItem, readJson, readJsonLines } from './read-json.ts';
import { type ListRecord, readLines, readTable } from './read-records.ts';
import { isUri, uriNames } from './uri-names.ts';

export interface ListOptions extends ColumnChoice {
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
 * noun's own or another that the field knows; all others become labels.
 * Throws LabError with every problem, or with the line where it is not certain what is meant.
 */
export function parseList(
  bytes: Buffer,
  source: string,
  noun: ItemNoun,
  options: ListOptions = {},
): ParsedList {
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
  if (problems.length > 0) throw new LabError(some(problems, source));
  const labels = new Set<string>();
  for (const item of once.items) for (const label in item.labels) labels.add(label);
  return {
    items: once.items.map(({ name, labels }) =>
      Object.keys(labels).length > 0 ? { name, labels } : { name },
    ),
    ...(read.column ? { column: read.column } : {}),
    labels: [...labels],
    notes: [...once.notes, ...warnings],
  };
}

interface Read {
  readonly items: readonly RawItem[];
  readonly column?: string;
  readonly notes: readonly string[];
}

function readList(text: string, source: string, noun: ItemNoun, options: ListOptions): Read {
  const { column } = options;
  const { lines } = noun;
  const found = findFormat(text, source, noun.one, column, lines === 'uri');
  const { format } = found;
  if (format.kind === 'json' || format.kind === 'json-lines') {
    const read = format.kind === 'json' ? readJson : readJsonLines;
    return { items: read(text, source, noun.one, column), notes: found.notes };
  }
  const records =
    format.kind === 'lines' ? readLines(found.text) : readTable(found.text, source, format.delimiter);
  const addresses = lines === 'uri' && isUri(records[0]?.fields[0] ?? '');
  const choice = addresses && !column ? { ...options, noHeader: true } : options;
  const columns = chooseColumns(records, source, noun.one, choice);
  if (format.kind === 'lines' && lines !== 'uri') refuseFields(columns.rows, source);
  const { items, notes } = toItems(columns, addresses);
  const heading = choice.noHeader ? '' : columns.names.map(each => columns.heading[each] ?? '').join(',');
  return {
    items,
    ...(heading ? { column: heading } : {}),
    notes: [...found.notes, ...columns.notes, ...notes],
  };
}

/** A name with a delimiter in it, where the first line has none: a table that lost its heading, or a name in need of quotes. */
function refuseFields(rows: readonly ListRecord[], source: string): void {
  const problems = rows
    .filter(({ fields, quoted }) => !quoted && /[,;\t]/.test(fields[0]!.replace(/\s#(?:\s.*)?$/, '')))
    .map(
      ({ fields, line }): Problem => ({
        where: `${source} line ${line}`,
        message: `${JSON.stringify(fields[0])} has several fields, and the first line has one`,
        fix: 'put a name that holds , or ; in quotes, or give the table a heading',
      }),
    );
  if (problems.length > 0) throw new LabError(some(problems, source));
}

function toItems({ rows, heading, names }: Columns, addresses: boolean): Read {
  const items: RawItem[] = [];
  const comments: number[] = [];
  const invisibles: number[] = [];
  const labelOf = (index: number): string =>
    addresses && index === 1 ? 'index' : (heading[index] ?? `column ${index + 1}`);
  for (const { fields, line } of rows) {
    const parts = names.map(index => cleanName(fields[index] ?? ''));
    if (parts.some(part => part.hadComment)) comments.push(line);
    if (parts.some(part => part.hadInvisible)) invisibles.push(line);
    const labels: Record<string, string> = {};
    fields.forEach((field, index) => {
      if ((names.length > 1 || index !== names[0]) && !(index >= heading.length && field === ''))
        Object.defineProperty(labels, labelOf(index), { value: field, enumerable: true });
    });
    const name = parts.map(part => part.name).join('/');
    // A part that is missing is told as that, not as a name with a slash at its end.
    const whole = parts.every(part => part.name !== '') ? name : '';
    for (const member of (names.length === 1 && expandRange(whole)) || [whole])
      items.push({ name: member, at: `line ${line}`, labels });
  }
  const told = (lines: readonly number[], what: string): string[] =>
    lines.length === 0
      ? []
      : [
          `${what} ${lines.length === 1 ? 'a name' : `${lines.length} names`} left out (first: line ${lines[0]})`,
        ];
  return {
    items,
    notes: [...told(comments, 'the comment after'), ...told(invisibles, 'invisible characters around')],
  };
}

/** Items by the base names of their addresses, which become the label `uri`. */
function nameByUri(read: Read, source: string): Read {
  const bad = read.items.filter(({ name }) => !isUri(name));
  if (bad.length > 0)
    throw new LabError(
      some(
        bad.map(({ name, at }) => ({
          where: `${source} ${at}`,
          message: `${JSON.stringify(name)} is not the address of a file in S3`,
          fix: 's3://bucket/key, and further columns after a tab',
        })),
        source,
      ),
    );
  const names = uriNames(read.items.map(item => item.name));
  return {
    ...read,
    items: read.items.map((item, index) => ({
      ...item,
      name: names[index]!,
      labels: { uri: item.name, ...item.labels },
    })),
  };
}

function takeOnce(read: Read): Read {
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
function twiceFix({ items, column }: Read): string {
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

/** Twenty problems are enough to see what is wrong with a list. */
const most = 20;
function some(problems: readonly Problem[], source: string): readonly Problem[] {
  if (problems.length <= most) return problems;
  const rest = problems.length - most;
  return [
    ...problems.slice(0, most),
    { where: source, message: `and ${rest.toLocaleString('en-US')} more lines like these` },
  ];
}
