import { type CsvError, parse } from 'csv-parse/sync';
import { LabError, type Problem } from '../workload/errors.ts';
import type { Bytes } from './bytes.ts';
import { endOfLines, linePieces, linesIn, linesOf } from './list-text.ts';

/** A line of the list, cut into fields. */
export interface ListRecord {
  readonly fields: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
  /** Whether it is one name in quotes. */
  readonly quoted?: boolean;
}

/** Records that are read anew by who goes through them: all of them at once may be more than memory holds. */
export type ListRecords = Iterable<ListRecord>;

/** A list with a name a line: blank lines and lines that begin with `#` go, and so do quotes around a whole name. */
export const readLines = (bytes: Bytes): ListRecords => ({
  *[Symbol.iterator]() {
    let line = 0;
    for (const raw of linesIn(bytes)) {
      line++;
      const name = raw.trim();
      if (name === '' || name.startsWith('#')) continue;
      const quoted = /^"((?:[^"]|"")*)"$/.exec(name);
      if (quoted) yield { fields: [quoted[1]!.replaceAll('""', '"').trim()], line, quoted: true };
      else yield { fields: [name], line };
    }
  },
});

/**
 * The records of a table, ragged ones too. A TSV whose quotes are not whole on their line has none: BIDS's tables know no
 * quoting, and a quote that is taken for one swallows the lines up to the next. Throws LabError with the line of a quote.
 */
export function readTable(bytes: Bytes, source: string, delimiter: string): ListRecords {
  const format = { delimiter, quote: delimiter === '\t' && !hasWholeQuotes(bytes) ? null : ('"' as const) };
  return {
    *[Symbol.iterator]() {
      for (let from = 0, line = 1; from < bytes.length; ) {
        const to = endOfLines(bytes, from, pieceBytes);
        const piece = bytes.slice(from, to);
        if (isPlain(piece, format)) {
          line = yield* plainRecords(piece, line, delimiter);
          from = to;
          continue;
        }
        const read = readPiece(bytes, source, from, line, format);
        yield* read.records;
        from = read.to;
        line += read.lines;
      }
    },
  };
}

interface TableFormat {
  readonly delimiter: string;
  readonly quote: '"' | null;
}

const pieceBytes = 64 * 1024;

/** Whether there is nothing to it but delimiters and lines' ends. */
const isPlain = (piece: Buffer, { delimiter, quote }: TableFormat): boolean =>
  /^[\t,;]$/.test(delimiter) && (quote === null || !piece.includes(quote));

/** What `parseRecords` answers of a piece without quotes, in a sixth of the time; returns the number of the next line. */
function* plainRecords(piece: Buffer, first: number, delimiter: string): Generator<ListRecord, number> {
  let line = first;
  for (const text of linesOf(piece)) {
    const own = line++;
    const fields = text.split(delimiter);
    if (fields[0]!.trimStart().startsWith('#')) continue;
    let isEmpty = true;
    for (let index = 0; index < fields.length; index++) {
      fields[index] = fields[index]!.trim();
      if (fields[index] !== '') isEmpty = false;
    }
    if (!isEmpty) yield { fields, line: own };
  }
  return line;
}

interface TablePiece {
  readonly records: readonly ListRecord[];
  /** Where the next one begins. */
  readonly to: number;
  readonly lines: number;
}

/** Records from here to the end of a line that ends a record; of a field in quotes that is longer as many lines as it has. */
function readPiece(
  bytes: Bytes,
  source: string,
  from: number,
  line: number,
  format: TableFormat,
): TablePiece {
  for (let least = pieceBytes; ; least *= 2) {
    const to = endOfLines(bytes, from, least);
    const piece = bytes.slice(from, to);
    let last = line - 1;
    try {
      const records = parseRecords(piece, line, format, at => {
        last = at;
      });
      return { records, to, lines: linesOf(piece).length };
    } catch (error) {
      if ((error as CsvError).code === 'CSV_QUOTE_NOT_CLOSED' && to < bytes.length) continue;
      throw new LabError(quoteProblem(error as CsvError, source, bytes, last));
    }
  }
}

function parseRecords(
  piece: Buffer,
  first: number,
  { delimiter, quote }: TableFormat,
  onLine: (line: number) => void,
): readonly ListRecord[] {
  // Both letters of a line's end are a line each to the parser where they are in quotes.
  let doubled = 0;
  return parse(piece, {
    delimiter,
    quote,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    comment: '#',
    comment_no_infix: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    // Any value may stand for a record; its types say that there is but one.
    on_record: (fields: string[], { lines }: { lines: number }) => {
      doubled += breaksIn(fields, /\r\n/g);
      const last = first - 1 + lines - doubled;
      onLine(last);
      const record = fields.some(field => field !== '')
        ? { fields, line: last - breaksIn(fields, /\r\n|\n|\r/g) }
        : null;
      return record as never;
    },
  }) as unknown as readonly ListRecord[];
}

function hasWholeQuotes(bytes: Bytes): boolean {
  const isWhole = (field: string): boolean => /^\s*"(?:[^"]|"")*"\s*$/.test(field) || !field.includes('"');
  for (const piece of linePieces(bytes)) {
    if (!piece.includes('"')) continue;
    for (const line of linesOf(piece))
      if (line.includes('"') && !line.split('\t').every(isWhole)) return false;
  }
  return true;
}

const breaksIn = (fields: readonly string[], ends: RegExp): number =>
  fields.reduce((sum, field) => sum + (field.match(ends)?.length ?? 0), 0);

/** The parser tells where it noticed: the quote is in the record that comes after the last whole one. */
function quoteProblem(error: CsvError, source: string, bytes: Bytes, last: number): Problem {
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
