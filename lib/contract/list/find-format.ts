import { type Bytes, part } from './bytes.ts';
import { nameRank, normal } from './column-words.ts';
import { Lines } from './lines.ts';
import { firstLines, linePieces } from './list-text.ts';

/** How a list is written: a name a line, a table, a JSON array, or JSON a line. */
export type ListFormat =
  | { readonly kind: 'lines' }
  | { readonly kind: 'json' }
  | { readonly kind: 'json-lines' }
  | { readonly kind: 'table'; readonly delimiter: string };

export interface FoundFormat {
  readonly format: ListFormat;
  /** What to read: what stands before the table is blank lines now, so that lines keep their numbers. */
  readonly bytes: Bytes;
  readonly notes: readonly string[];
}

const delimiters = ['\t', ';', ','];

/**
 * Finds by looking how a list is written; the name of its file only decides where two answers are as good. `words` are
 * headings that were asked for; with `addresses`, lines begin with one.
 */
export function findFormat(
  bytes: Bytes,
  source: string,
  one: string,
  words: readonly string[] = [],
  addresses = false,
): FoundFormat {
  const extension = /\.([a-z]+)$/i.exec(source)?.[1]?.toLowerCase();
  const start = beginning(bytes, startBytes);
  const json = jsonFormat(start, extension);
  if (json) return { format: { kind: json }, bytes, notes: [] };
  const separator = /^\s*"?sep=(.)"?[^\S\r\n]*(?=\r|\n|$)/i.exec(start);
  if (separator)
    return {
      format: { kind: 'table', delimiter: separator[1]! },
      bytes: part(bytes, Buffer.byteLength(separator[0])),
      notes: [],
    };
  const wanted = new Set(words.map(normal));
  const isHeader = (line: string, each: string): boolean =>
    fieldsOf(line, each).some(field => wanted.has(normal(field)) || nameRank(field, one) !== undefined);
  const { bytes: section, notes } = dataSection(bytes);
  const body = withHeading(section, line =>
    delimiters.some(each => fieldsOf(line, each).length > 1 && isHeader(line, each)),
  );
  const first = firstLine(body);
  // An address may hold any of them but the tab.
  const possible = addresses && first.includes('://') ? delimiters.slice(0, 1) : delimiters;
  const cut = possible.filter(each => fieldsOf(first, each).length > 1);
  if (cut.length === 0) return { format: { kind: 'lines' }, bytes: body, notes };
  const own = extension === 'tsv' ? '\t' : extension === 'csv' ? ',' : undefined;
  const delimiter =
    cut.find(each => isHeader(first, each)) ?? cut.find(each => each === own) ?? mostUsed(body, cut);
  return { format: { kind: 'table', delimiter }, bytes: body, notes };
}

/** What tells a format is in the first of its bytes. */
const startBytes = 64 * 1024;
/** And where the table of a sample sheet begins, in these. */
const sheetBytes = 16 * 1024 * 1024;

const beginning = (bytes: Bytes, most: number): string =>
  bytes.slice(0, Math.min(bytes.length, most)).toString('utf8');

function jsonFormat(text: string, extension: string | undefined): 'json' | 'json-lines' | undefined {
  if (extension === 'jsonl' || extension === 'ndjson') return 'json-lines';
  if (extension === 'json') return /^\s*\[/.test(text) ? 'json' : 'json-lines';
  if (/^\s*\[\s*(?:["{\d\]]|$)/.test(text)) return 'json';
  return /^\s*\{\s*"/.test(text) ? 'json-lines' : undefined;
}

const bracket = '['.charCodeAt(0);

/** An Illumina sample sheet has its table in a section: `[Data]`, or `[BCLConvert_Data]`. */
function dataSection(bytes: Bytes): { readonly bytes: Bytes; readonly notes: readonly string[] } {
  if (!/^\s*\[[A-Za-z_]+\][\s,;]*(?:\r|\n)/.test(beginning(bytes, startBytes))) return { bytes, notes: [] };
  const text = beginning(bytes, sheetBytes);
  const data = /(?:^|[\r\n])\[(?:\w+_)?data\][^\S\r\n,;]*[,;]*(?=\r|\n)/i.exec(text);
  if (!data) return { bytes, notes: [] };
  const before = text.slice(0, data.index + data[0].length);
  const table = new Lines();
  table.append(Buffer.from(before.replace(/[^\r\n]/g, '')));
  for (const piece of linePieces(part(bytes, Buffer.byteLength(before)))) {
    // The next section begins a line.
    const ends = ['\r[', '\n['].map(each => piece.indexOf(each)).filter(at => at >= 0);
    const end = piece[0] === bracket ? 0 : Math.min(...ends, piece.length);
    table.appendCopy(piece.subarray(0, end));
    if (end < piece.length) break;
  }
  return {
    bytes: table,
    notes: [`a sample sheet: its section ${data[0].trim().replace(/[,;]+$/, '')} is read`],
  };
}

/** PLINK and VCF write `#` before their heading; elsewhere such a line is a comment. */
function withHeading(bytes: Bytes, isHeading: (line: string) => boolean): Bytes {
  const [first = ''] = firstLines(bytes, 1);
  return first.startsWith('#') && isHeading(first.slice(1)) ? part(bytes, 1) : bytes;
}

const firstLine = (bytes: Bytes): string =>
  firstLines(bytes, 2000).find(line => line.trim() !== '' && !line.trimStart().startsWith('#')) ?? '';

/** A line's fields, near enough to look at: delimiters inside quotes are none. */
function fieldsOf(line: string, delimiter: string): readonly string[] {
  const bare = line.replace(/"(?:[^"]|"")*"/g, quoted => quoted.replaceAll(delimiter, ' '));
  return bare.split(delimiter).map(field => field.replaceAll('"', '').trim());
}

function mostUsed(bytes: Bytes, cut: readonly string[]): string {
  const lines = firstLines(bytes, 100).filter(line => line.trim() !== '');
  const uses = (each: string): number => lines.filter(line => fieldsOf(line, each).length > 1).length;
  return [...cut].sort((a, b) => uses(b) - uses(a) || delimiters.indexOf(a) - delimiters.indexOf(b))[0]!;
}
