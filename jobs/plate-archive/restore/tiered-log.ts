import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** One object of Intelligent-Tiering, and what became of asking for it. */
export interface TieredRow {
  readonly key: string;
  readonly status: 'REQUESTED' | 'IN_PROGRESS' | 'RESTORED' | 'ERROR';
  readonly message: string;
}

export const statuses = ['REQUESTED', 'IN_PROGRESS', 'RESTORED', 'ERROR'] as const;

const header = 'key,status,message';

/** The log: key, status, message. */
export const tieredLog = (rows: Iterable<TieredRow>): string =>
  [header, ...Array.from(rows, lineOf)].map(line => `${line}\n`).join('');

const lineOf = ({ key, status, message }: TieredRow): string => [key, status, message].map(quoted).join(',');

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The rows of a log, the last of each key. Undefined where the text is none. */
export function readTieredLog(text: string): readonly TieredRow[] | undefined {
  if (!/^\uFEFF?key,status,message\r?\n/.test(text)) return undefined;
  const field = '(?:"((?:[^"]|"")*)"|([^",\\r\\n]*))';
  const line = new RegExp(`^${field},(${statuses.join('|')}),${field}\\r?$`, 'gm');
  const rows = new Map<string, TieredRow>();
  for (const [, quotedKey, plainKey, status, quotedText, plainText] of text.matchAll(line)) {
    const key = quotedKey?.replaceAll('""', '"') ?? plainKey!;
    const message = quotedText?.replaceAll('""', '"') ?? plainText ?? '';
    rows.set(key, { key, status: status as TieredRow['status'], message });
  }
  return [...rows.values()];
}

/**
 * A log on a disk. All of its keys are in it from the beginning, as not asked for, and what became of one is there as soon as it is known:
 * whoever is killed has a log with which the rest can be asked for.
 */
export class TieredLogFile {
  readonly #path: string;
  readonly #rows: Map<string, TieredRow>;
  readonly #file: number;
  #isClosed = false;

  private constructor(path: string, rows: Map<string, TieredRow>, file: number) {
    this.#path = path;
    this.#rows = rows;
    this.#file = file;
  }

  /** `before`: rows of an earlier log that stand. Undefined where the file is something else, which stays as it is. */
  static open(
    path: string,
    keys: readonly string[],
    before: readonly TieredRow[] = [],
  ): TieredLogFile | undefined {
    if (isSomethingElse(path)) return undefined;
    const rows = new Map(before.map(row => [row.key, row]));
    for (const key of keys) rows.set(key, { key, status: 'ERROR', message: 'it was not asked for yet' });
    replace(path, tieredLog(rows.values()));
    return new TieredLogFile(path, rows, openSync(path, 'a'));
  }

  /** What is told after it was closed is passed over: the number of its file may be another's by then. */
  add(row: TieredRow): void {
    if (this.#isClosed) return;
    this.#rows.set(row.key, row);
    const line = Buffer.from(`${lineOf(row)}\n`);
    // A disk that is nearly full takes a part of it at times.
    for (let at = 0; at < line.length; ) at += writeSync(this.#file, line, at);
  }

  /** Written anew, a line a key. Answers the rows. */
  close(): readonly TieredRow[] {
    this.#isClosed = true;
    closeSync(this.#file);
    const rows = [...this.#rows.values()];
    replace(this.#path, tieredLog(rows));
    return rows;
  }
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

function isSomethingElse(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8');
    return text !== '' && readTieredLog(text) === undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
