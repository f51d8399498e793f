import { type CsvError, parse } from 'csv-parse/sync';
import { LabError, type Problem } from '../workload/errors.ts';
import { linesIn } from './list-text.ts';

/** A line of the list, cut into fields. */
export interface ListRecord {
  readonly fields: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
  /** Whether it is one name in quotes. */
  readonly quoted?: boolean;
}

/** A list with a name a line: blank lines and lines that begin with `#` go, and so do quotes around a whole name. */
export function readLines(bytes: Buffer): readonly ListRecord[] {
  const records: ListRecord[] = [];
  let line = 0;
  for (const raw of linesIn(bytes)) {
    line++;
    const name = raw.trim();
    if (name === '' || name.startsWith('#')) continue;
    const quoted = /^"((?:[^"]|"")*)"$/.exec(name);
    if (quoted) records.push({ fields: [quoted[1]!.replaceAll('""', '"').trim()], line, quoted: true });
    else records.push({ fields: [name], line });
  }
  return records;
}

/**
 * The records of a table, ragged ones too. A TSV whose quotes are not whole on their line has none: BIDS's tables know no
 * quoting, and a quote that is taken for one swallows the lines up to the next. Throws LabError with the line of a quote.
 */
export function readTable(bytes: Buffer, source: string, delimiter: string): readonly ListRecord[] {
  let last = 0;
  try {
    return parse(bytes, {
      delimiter,
      quote: delimiter === '\t' && !hasWholeQuotes(bytes) ? null : '"',
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      comment: '#',
      comment_no_infix: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      // Any value may stand for a record; its types say that there is but one.
      on_record: (fields: string[], { lines }: { lines: number }) => {
        last = lines;
        const record = fields.some(field => field !== '')
          ? { fields, line: lines - lineBreaks(fields) }
          : null;
        return record as never;
      },
    }) as unknown as readonly ListRecord[];
  } catch (error) {
    throw new LabError(quoteProblem(error as CsvError, source, bytes, last));
  }
}

function hasWholeQuotes(bytes: Buffer): boolean {
  if (!bytes.includes('"')) return true;
  for (const line of linesIn(bytes)) {
    const isWhole = (field: string): boolean => /^\s*"(?:[^"]|"")*"\s*$/.test(field) || !field.includes('"');
    if (line.includes('"') && !line.split('\t').every(isWhole)) return false;
  }
  return true;
}

const lineBreaks = (fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0);

/** The parser tells where it noticed: the quote is in the record that comes after the last whole one. */
function quoteProblem(error: CsvError, source: string, bytes: Buffer, last: number): Problem {
  let line = 0;
  let text: string | undefined;
  for (const each of linesIn(bytes)) {
    if (++line <= last) continue;
    text = each;
    if (each.includes('"')) break;
  }
  return {
    where: `${source} line ${line}`,
    message: error.code.includes('QUOTE')
      ? `has a quote that is not whole: ${JSON.stringify(text?.trim().slice(0, 60))}`
      : error.message,
    fix: 'a field in quotes begins and ends with ", and a " inside is written twice; elsewhere take the quote out',
  };
}
