import { parse } from 'csv-parse/sync';
import { LabError, type Problem } from '../contract/workload/errors.ts';
import type { Item, ItemNoun } from '../contract/workload/workload.ts';
import { decodeText } from './decode-text.ts';
import { expandRange } from './range.ts';

export type ManifestFormat = 'text' | 'csv' | 'tsv' | 'jsonl';

/** An item with the line it came from, from 1. */
interface Row {
  readonly item: Item;
  readonly line: number;
}

/**
 * The items of a manifest, in its order. Text has a name a line (`#` starts a comment line, blanks around names go, a
 * range `a..b` stands for its members); CSV and TSV have a header, JSON lines an object or a string a line. The name's
 * column is the noun's, `<noun>_id`, `name`, `id`, or the first; all others become labels.
 * Throws LabError with every problem: empty, twice the same name (both lines), characters that no name may have.
 */
export function parseManifest(
  bytes: Buffer,
  source: string,
  noun: ItemNoun,
  format = formatOf(source),
): readonly Item[] {
  const text = decodeText(bytes, source);
  const rows = parsers[format](text, source, noun);
  const problems = checkRows(rows, source);
  if (rows.length === 0) {
    problems.push({
      where: source,
      message: `has no ${noun.one} in it`,
      fix: `write one ${noun.one} a line`,
    });
  }
  if (problems.length > 0) throw new LabError(problems);
  return rows.map(row => row.item);
}

function formatOf(source: string): ManifestFormat {
  const extension = /\.([a-z]+)$/i.exec(source)?.[1]?.toLowerCase();
  if (extension === 'csv') return 'csv';
  if (extension === 'tsv') return 'tsv';
  return extension === 'jsonl' || extension === 'ndjson' ? 'jsonl' : 'text';
}

const parsers: Record<ManifestFormat, (text: string, source: string, noun: ItemNoun) => readonly Row[]> = {
  text: parseLines,
  csv: (text, source, noun) => parseTable(text, source, noun, ','),
  tsv: (text, source, noun) => parseTable(text, source, noun, '\t'),
  jsonl: parseJsonLines,
};

function parseLines(text: string): readonly Row[] {
  const rows: Row[] = [];
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const name = raw.trim();
    if (name === '' || name.startsWith('#')) return;
    for (const member of expandRange(name) ?? [name]) rows.push({ item: { name: member }, line: index + 1 });
  });
  return rows;
}

function parseTable(text: string, source: string, noun: ItemNoun, delimiter: string): readonly Row[] {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      delimiter,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_quotes: delimiter === '\t',
      comment: '#',
      comment_no_infix: true,
    }) as never;
  } catch (error) {
    throw new LabError({
      where: source,
      message: (error as Error).message,
      fix: 'every row needs as many fields as the header',
    });
  }
  const header = records.shift()?.record ?? [];
  const column = nameColumn(header, noun);
  return records
    .filter(({ record }) => record.some(field => field !== ''))
    .map(({ record, info }) => ({ item: toItem(header, record, column), line: info.lines }));
}

function nameColumn(header: readonly string[], noun: ItemNoun): number {
  const lower = header.map(name => name.toLowerCase());
  for (const wanted of [noun.one, `${noun.one}_id`, 'name', 'item', 'id']) {
    const found = lower.indexOf(wanted);
    if (found >= 0) return found;
  }
  return 0;
}

function toItem(header: readonly string[], record: readonly string[], column: number): Item {
  const labels = Object.fromEntries(
    header.flatMap((name, index) => (index === column ? [] : [[name, record[index] ?? ''] as const])),
  );
  return { name: record[column] ?? '', ...(Object.keys(labels).length > 0 ? { labels } : {}) };
}

function parseJsonLines(text: string, source: string, noun: ItemNoun): readonly Row[] {
  const rows: Row[] = [];
  const problems: Problem[] = [];
  text.split(/\r\n|\n/).forEach((raw, index) => {
    if (raw.trim() === '') return;
    const line = index + 1;
    const item = jsonItem(raw, noun);
    if (item) rows.push({ item, line });
    else
      problems.push({
        where: `${source} line ${line}`,
        message: `is not a string or an object with a "${noun.one}" or "name"`,
      });
  });
  if (problems.length > 0) throw new LabError(problems);
  return rows;
}

function jsonItem(raw: string, noun: ItemNoun): Item | undefined {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return undefined;
  }
  if (typeof value === 'string') return { name: value.trim() };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = Object.entries(value).map(
    ([key, field]) => [key, typeof field === 'string' ? field : JSON.stringify(field)] as const,
  );
  const header = fields.map(([key]) => key);
  const column = nameColumn(header, noun);
  if (
    !/^(name|item|id)$/.test(header[column]!.toLowerCase()) &&
    !header[column]!.toLowerCase().startsWith(noun.one)
  )
    return undefined;
  return toItem(
    header,
    fields.map(([, field]) => field),
    column,
  );
}

function checkRows(rows: readonly Row[], source: string): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const { item, line } of rows) {
    const where = `${source} line ${line}`;
    const bad = nameProblem(item.name);
    if (bad) problems.push({ where, message: bad });
    const first = seen.get(item.name);
    if (first !== undefined && !bad) {
      problems.push({
        where,
        message: `${JSON.stringify(item.name)} is there already, in line ${first}`,
        fix: 'take one of the two out',
      });
    }
    if (first === undefined) seen.set(item.name, line);
  }
  return problems;
}

/** What is wrong with a name, or undefined. */
function nameProblem(name: string): string | undefined {
  if (name === '') return 'has no name';
  if (/[\u0000-\u001f\u007f]/.test(name)) return `${JSON.stringify(name)} holds a control character`;
  if (Buffer.byteLength(name) > 512) return `${JSON.stringify(name.slice(0, 40))}… is longer than 512 bytes`;
  // Names make folders of outputs: `a/b` is one below another, `a//b` and `../a` are none.
  if (name.split('/').some(part => part === '' || part === '.' || part === '..'))
    return `${JSON.stringify(name)} cannot be a name: it stands for a folder of outputs`;
  return undefined;
}
