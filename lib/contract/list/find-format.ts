import { nameRank, normal } from './column-words.ts';

/** How a list is written: a name a line, a table, a JSON array, or JSON a line. */
export type ListFormat =
  | { readonly kind: 'lines' }
  | { readonly kind: 'json' }
  | { readonly kind: 'json-lines' }
  | { readonly kind: 'table'; readonly delimiter: string };

export interface FoundFormat {
  readonly format: ListFormat;
  /** The text to read: what stands before the table is blank lines now, so that lines keep their numbers. */
  readonly text: string;
  readonly notes: readonly string[];
}

const delimiters = ['\t', ';', ','];

/**
 * Finds by looking how a list is written; the name of its file only decides where two answers are as good. `words` are
 * headings that were asked for; with `addresses`, lines begin with one.
 */
export function findFormat(
  text: string,
  source: string,
  one: string,
  words: readonly string[] = [],
  addresses = false,
): FoundFormat {
  const extension = /\.([a-z]+)$/i.exec(source)?.[1]?.toLowerCase();
  const json = jsonFormat(text, extension);
  if (json) return { format: { kind: json }, text, notes: [] };
  const separator = /^\s*"?sep=(.)"?[^\S\r\n]*(?=\r|\n|$)/i.exec(text);
  if (separator)
    return {
      format: { kind: 'table', delimiter: separator[1]! },
      text: text.slice(separator[0].length),
      notes: [],
    };
  const wanted = new Set(words.map(normal));
  const isHeader = (line: string, each: string): boolean =>
    fieldsOf(line, each).some(field => wanted.has(normal(field)) || nameRank(field, one) !== undefined);
  const { text: section, notes } = dataSection(text);
  const body = withHeading(section, line =>
    delimiters.some(each => fieldsOf(line, each).length > 1 && isHeader(line, each)),
  );
  const first = firstLine(body);
  // An address may hold any of them but the tab.
  const possible = addresses && first.includes('://') ? delimiters.slice(0, 1) : delimiters;
  const cut = possible.filter(each => fieldsOf(first, each).length > 1);
  if (cut.length === 0) return { format: { kind: 'lines' }, text: body, notes };
  const own = extension === 'tsv' ? '\t' : extension === 'csv' ? ',' : undefined;
  const delimiter =
    cut.find(each => isHeader(first, each)) ?? cut.find(each => each === own) ?? mostUsed(body, cut);
  return { format: { kind: 'table', delimiter }, text: body, notes };
}

function jsonFormat(text: string, extension: string | undefined): 'json' | 'json-lines' | undefined {
  if (extension === 'jsonl' || extension === 'ndjson') return 'json-lines';
  if (extension === 'json') return /^\s*\[/.test(text) ? 'json' : 'json-lines';
  if (/^\s*\[\s*(?:["{\d\]]|$)/.test(text)) return 'json';
  return /^\s*\{\s*"/.test(text) ? 'json-lines' : undefined;
}

/** An Illumina sample sheet has its table in a section: `[Data]`, or `[BCLConvert_Data]`. */
function dataSection(text: string): { readonly text: string; readonly notes: readonly string[] } {
  if (!/^\s*\[[A-Za-z_]+\][\s,;]*(?:\r|\n)/.test(text)) return { text, notes: [] };
  const data = /(?:^|[\r\n])\[(?:\w+_)?data\][^\S\r\n,;]*[,;]*(?=\r|\n)/i.exec(text);
  if (!data) return { text, notes: [] };
  const start = data.index + data[0].length;
  const end = /[\r\n]\[/.exec(text.slice(start));
  const before = text.slice(0, start).replace(/[^\r\n]/g, '');
  return {
    text: before + text.slice(start, end ? start + end.index : undefined),
    notes: [`a sample sheet: its section ${data[0].trim().replace(/[,;]+$/, '')} is read`],
  };
}

/** PLINK and VCF write `#` before their heading; elsewhere such a line is a comment. */
function withHeading(text: string, isHeading: (line: string) => boolean): string {
  const [first = ''] = text.split(/\r\n|\n|\r/, 1);
  return first.startsWith('#') && isHeading(first.slice(1)) ? ` ${text.slice(1)}` : text;
}

const firstLine = (text: string): string =>
  text.split(/\r\n|\n|\r/, 2000).find(line => line.trim() !== '' && !line.trimStart().startsWith('#')) ?? '';

/** A line's fields, near enough to look at: delimiters inside quotes are none. */
function fieldsOf(line: string, delimiter: string): readonly string[] {
  const bare = line.replace(/"(?:[^"]|"")*"/g, quoted => quoted.replaceAll(delimiter, ' '));
  return bare.split(delimiter).map(field => field.replaceAll('"', '').trim());
}

function mostUsed(text: string, cut: readonly string[]): string {
  const lines = text.split(/\r\n|\n|\r/, 100).filter(line => line.trim() !== '');
  const uses = (each: string): number => lines.filter(line => fieldsOf(line, each).length > 1).length;
  return [...cut].sort((a, b) => uses(b) - uses(a) || delimiters.indexOf(a) - delimiters.indexOf(b))[0]!;
}
