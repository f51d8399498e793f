import { LabError, type Problem } from '../workload/errors.ts';
import { counted } from '../workload/number-text.ts';
import { suggest } from '../workload/suggest.ts';
import { nameRank, normal } from './column-words.ts';
import { headingLike, listed, looksLikeTheNext, noHeading } from './heading-problems.ts';
import type { ListRecord, ListRecords } from './read-records.ts';
import { someProblems } from './some-problems.ts';

export interface ColumnChoice {
  /** Headings, or numbers from 1, that were asked for; several are joined. */
  readonly column?: readonly string[];
  /** Whether the first line is an item already. */
  readonly noHeader?: boolean;
}

export interface Columns {
  /** The records below the heading. */
  readonly rows: ListRecords;
  /** How many records there are, with the heading. */
  readonly count: number;
  /** A heading a column; empty where the list has none and one column. */
  readonly heading: readonly string[];
  /** Which columns make the name. */
  readonly names: readonly number[];
  /** Of rows that were gone through. */
  notes(): readonly string[];
}

/**
 * Which columns name the items, and whether the first line is a heading. Throws LabError, with the line, where that is not
 * certain: a first line that is taken for a heading is an item that never runs, and the other way round.
 */
export function chooseColumns(
  records: ListRecords,
  source: string,
  one: string,
  choice: ColumnChoice,
): Columns {
  const { whole, wide, start, count } = withoutEmptyColumns(records);
  const [first] = start;
  if (!first) return { rows: [], count, heading: [], names: [0], notes: none };
  const where = `${source} line ${first.line}`;
  if (choice.noHeader)
    return {
      rows: whole,
      count,
      heading: wide === 1 ? [] : Array.from({ length: wide }, (_, index) => `column ${index + 1}`),
      names: choice.column ? choice.column.map(each => numbered(each, wide)) : [0],
      notes: none,
    };
  if (choice.column) {
    const names = choice.column.map(each => columnOf(each, first.fields, where));
    if (choice.column.every(isNumber) && looksLikeTheNext(start))
      throw new LabError(noHeading(first, where, one, wide));
    return { ...below(whole, start, names, source), count };
  }
  const ranks = first.fields.map(field => nameRank(field, one));
  const best = Math.min(...ranks.map(rank => rank ?? Number.POSITIVE_INFINITY));
  if (best < Number.POSITIVE_INFINITY) {
    const name = ranks.indexOf(best);
    if (ranks.lastIndexOf(best) !== name)
      throw new LabError({
        where,
        message: `has the heading ${JSON.stringify(first.fields[name])} twice`,
        fix: `say which by its number: --column ${name + 1}, or --column ${ranks.lastIndexOf(best) + 1}`,
      });
    return { ...below(whole, start, [name], source), count };
  }
  if (wide > 1) throw new LabError(noHeading(first, where, one, wide, start));
  const problem = headingLike(whole, where, one);
  if (problem) throw new LabError(problem);
  return { rows: whole, count, heading: [], names: [0], notes: none };
}

const none = (): readonly string[] => [];

interface WholeRecords {
  readonly whole: ListRecords;
  /** Fields of the longest. */
  readonly wide: number;
  /** The first two, or as many as there are. */
  readonly start: readonly ListRecord[];
  readonly count: number;
}

/** Trailing delimiters of a spreadsheet make columns without a heading and without a value. */
function withoutEmptyColumns(records: ListRecords): WholeRecords {
  let wide = 0;
  let count = 0;
  const start: ListRecord[] = [];
  for (const record of records) {
    count++;
    const { fields } = record;
    for (let index = fields.length; index > wide; index--) {
      if (fields[index - 1] === '') continue;
      wide = index;
      break;
    }
    if (start.length < 2) start.push(record);
  }
  const cut = (record: ListRecord): ListRecord =>
    record.fields.length > wide ? { ...record, fields: record.fields.slice(0, wide) } : record;
  return { whole: eachOf(records, cut), wide, start: start.map(cut), count };
}

/** Records read anew each time, as `made` has them. */
const eachOf = (records: ListRecords, made: (record: ListRecord) => ListRecord): ListRecords => ({
  *[Symbol.iterator]() {
    for (const record of records) yield made(record);
  },
});

/**
 * The rows below a heading. Who has gone through them gets a LabError for rows with more fields: which of them is the name is
 * a guess then.
 */
function below(
  records: ListRecords,
  [first, second]: readonly ListRecord[],
  names: readonly number[],
  source: string,
): Omit<Columns, 'count'> {
  const { fields } = first!;
  const described = isDescription(second, names[0]!, fields);
  let short = 0;
  let firstShort: number | undefined;
  const rows = {
    *[Symbol.iterator]() {
      const problems: Problem[] = [];
      short = 0;
      let before = described ? 2 : 1;
      for (const row of records) {
        if (before-- > 0) continue;
        const problem = rowProblem(row, fields, source);
        if (problem) problems.push(problem);
        if (row.fields.length < fields.length && short++ === 0) firstShort = row.line;
        yield row;
      }
      if (problems.length > 0) throw new LabError(someProblems(problems, source));
    },
  };
  const notes = (): readonly string[] => [
    ...(described ? [`line ${second!.line} describes the columns and is no item`] : []),
    ...(short > 0
      ? [
          `${short} ${short === 1 ? 'row is' : 'rows are'} shorter than the heading (first: line ${firstShort}); the labels that are there are kept`,
        ]
      : []),
  ];
  return { rows, heading: distinct(fields), names, notes };
}

/** Why it is a guess what a row means, or undefined. */
function rowProblem(
  { fields, line }: ListRecord,
  heading: readonly string[],
  source: string,
): Problem | undefined {
  const where = `${source} line ${line}`;
  if (fields.slice(heading.length).some(field => field !== ''))
    return {
      where,
      message: `has ${counted(fields.length, 'field')}, and the heading has ${heading.length}`,
      fix: 'put a field that holds a delimiter in quotes, or give every column a heading',
    };
  if (fields.length === heading.length && fields.every((field, index) => field === heading[index]))
    return { where, message: 'is the heading again', fix: 'take it out: two lists were put together' };
  if (fields.length === 1 && heading.length > 1 && /\S\s+\S/.test(fields[0]!))
    return {
      where,
      message: `${JSON.stringify(fields[0])} is one field, and the heading has ${heading.length}: it has blanks where others have a delimiter`,
      fix: 'write it as the other rows are',
    };
  return undefined;
}

/** NDA's tables say in the second line what each column is, in sentences. */
const isDescription = (record: ListRecord | undefined, name: number, heading: readonly string[]): boolean =>
  heading.some(field => ['subjectkey', 'srcsubjectid'].includes(normal(field))) &&
  (record?.fields[name] ?? '').split(/\s+/).length > 3;

const isNumber = (text: string): boolean => /^[1-9]\d*$/.test(text);

function numbered(text: string, wide: number): number {
  if (isNumber(text) && Number(text) <= wide) return Number(text) - 1;
  throw new LabError({
    where: '--column',
    message: `${JSON.stringify(text)} is no column's number, and with --no-header columns have no names`,
    fix: wide === 1 ? '--column 1' : `--column 1 … ${wide}`,
  });
}

function columnOf(wanted: string, heading: readonly string[], where: string): number {
  const exact = heading.indexOf(wanted);
  const same = exact >= 0 ? exact : heading.findIndex(field => normal(field) === normal(wanted));
  if (same >= 0) return same;
  if (isNumber(wanted) && Number(wanted) <= heading.length) return Number(wanted) - 1;
  const near = suggest(wanted, heading);
  throw new LabError({
    where: '--column',
    message: `there is no column ${JSON.stringify(wanted)} in ${where}, which has ${listed(heading)}`,
    fix: near ? `did you mean ${near}?` : 'take one of these, or --no-header with a number',
  });
}

/** Headings as labels' names: one that is empty gets its number, one that is there twice another name. */
function distinct(heading: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return heading.map((field, index) => {
    let name = field === '' ? `column ${index + 1}` : field;
    for (let copy = 2; seen.has(name); copy++) name = `${field} (${copy})`;
    seen.add(name);
    return name;
  });
}
