import { type CsvError, parse } from 'csv-parse/sync';
import { LabError, type Problem } from '../workload/errors.ts';

/** A line of the list, cut into fields. */
export interface ListRecord {
  readonly fields: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
  /** Whether it is one name in quotes. */
  readonly quoted?: boolean;
}

const lineEnds = /\r\n|\n|\r/;

/** A list with a name a line: blank lines and lines that begin with `#` go, and so do quotes around a whole name. */
export function readLines(text: string): readonly ListRecord[] {
  const records: ListRecord[] = [];
  text.split(lineEnds).forEach((raw, index) => {
    const name = raw.trim();
    if (name === '' || name.startsWith('#')) return;
    const quoted = /^"((?:[^"]|"")*)"$/.exec(name);
    if (quoted)
      records.push({ fields: [quoted[1]!.replaceAll('""', '"').trim()], line: index + 1, quoted: true });
    else records.push({ fields: [name], line: index + 1 });
  });
  return records;
}

/**
 * The records of a table, ragged ones too. A TSV whose quotes are not whole on their line has none: BIDS's tables know no
 * quoting, and a quote that is taken for one swallows the lines up to the next. Throws LabError with the line of a quote.
 */
export function readTable(text: string, source: string, delimiter: string): readonly ListRecord[] {
  let last = 0;
  try {
    const records = parse(text, {
      delimiter,
      quote: delimiter === '\t' && !hasWholeQuotes(text) ? null : '"',
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      comment: '#',
      comment_no_infix: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      on_record: (record: unknown, { lines }: { lines: number }) => {
        last = lines;
        return record as never;
      },
    }) as unknown as readonly { record: string[]; info: { lines: number } }[];
    return records
      .filter(({ record }) => record.some(field => field !== ''))
      .map(({ record, info }) => ({ fields: record, line: info.lines - lineBreaks(record) }));
  } catch (error) {
    throw new LabError(quoteProblem(error as CsvError, source, text, last));
  }
}

const hasWholeQuotes = (text: string): boolean =>
  text
    .split(lineEnds)
    .filter(line => line.includes('"'))
    .every(line =>
      line.split('\t').every(field => /^\s*"(?:[^"]|"")*"\s*$/.test(field) || !field.includes('"')),
    );

const lineBreaks = (fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0);

/** The parser tells where it noticed: the quote is in the record that comes after the last whole one. */
function quoteProblem(error: CsvError, source: string, text: string, last: number): Problem {
  const lines = text.split(lineEnds);
  let line = last + 1;
  while (line < lines.length && !lines[line - 1]!.includes('"')) line++;
  return {
    where: `${source} line ${line}`,
    message: error.code.includes('QUOTE')
      ? `has a quote that is not whole: ${JSON.stringify(lines[line - 1]?.trim().slice(0, 60))}`
      : error.message,
    fix: 'a field in quotes begins and ends with ", and a " inside is written twice; elsewhere take the quote out',
  };
}
