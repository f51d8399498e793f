import { appendFileSync, closeSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Append, appendWhole, isFull, noRoom, roomMs } from '../disk-room.ts';
import { fileLines, writeLines } from '../file-lines.ts';
import { type Attempt, isEnded, type JobSpec, type Status } from './types.ts';

/** What happened, one JSON line each; replayed when a twin starts, so jobs outlive its process. */
export type JournalEntry =
  | { readonly kind: 'submitted'; readonly spec: JobSpec }
  | { readonly kind: 'released'; readonly jobId: string }
  | { readonly kind: 'started'; readonly jobId: string; readonly index: number; readonly attempt: Attempt }
  | {
      readonly kind: 'ended';
      readonly jobId: string;
      readonly index: number;
      readonly attempt?: Attempt;
      readonly status: Status;
      readonly statusReason?: string;
      readonly at: number;
    }
  | { readonly kind: 'running'; readonly jobId: string; readonly index: number; readonly at: number }
  | {
      readonly kind: 'stopping' | 'cancelling';
      readonly jobId: string;
      /** A single child's; else the whole job's. */
      readonly index?: number;
      readonly reason: string;
    }
  | { readonly kind: 'resource'; readonly name: string; readonly total?: number };

export interface Journal {
  /** Once it returns, a kill of the twin does not lose the entry. Throws where the disk is full: for what somebody asks for. */
  write(entry: JournalEntry): void;
  /** The same for what has happened, whatever the disk says: on a full one it is kept, and written when there is room. */
  note(entry: JournalEntry): void;
  /** Written with the next entry: for what may be lost. */
  writeSoon(entry: JournalEntry): void;
  close(): void;
}

/** How long Batch remembers a job that has ended. */
export const rememberedMs = 7 * 86_400_000;

/**
 * Entries of an earlier twin, to be read before the first is written, and a journal that goes on behind them. A torn last line was never
 * acknowledged.
 */
export function openJournal(
  path: string,
  now: number,
  append: Append = appendWhole,
): { readonly entries: Iterable<JournalEntry>; readonly journal: Journal } {
  mkdirSync(dirname(path), { recursive: true });
  const { forgotten, isTorn } = look(path, now - rememberedMs);
  if (forgotten.size > 0) {
    writeLines(`${path}.new`, remembered(path, forgotten));
    renameSync(`${path}.new`, path);
  } else if (isTorn) appendFileSync(path, '\n');
  const file = openSync(path, 'a');
  let soon = '';
  const flush = (line: string): void => {
    append(file, soon + line);
    soon = '';
  };
  let later: NodeJS.Timeout | undefined;
  /** In the order in which things happened: what is kept goes before what comes. */
  const flushLater = (): void => {
    later ??= setTimeout(() => {
      later = undefined;
      flushOrKeep('');
    }, roomMs).unref();
  };
  const flushOrKeep = (line: string): void => {
    try {
      flush(line);
    } catch (error) {
      if (!isFull(error)) throw error;
      soon += line;
      flushLater();
    }
  };
  return {
    entries: entriesOf(path),
    journal: {
      write: entry => {
        try {
          flush(`${JSON.stringify(entry)}\n`);
        } catch (error) {
          throw isFull(error) ? noRoom() : error;
        }
      },
      note: entry => flushOrKeep(`${JSON.stringify(entry)}\n`),
      writeSoon: entry => {
        soon += `${JSON.stringify(entry)}\n`;
      },
      close: () => {
        clearTimeout(later);
        flushOrKeep('');
        clearTimeout(later);
        closeSync(file);
      },
    },
  };
}

function* entriesOf(path: string): Generator<JournalEntry> {
  for (const { text } of fileLines(path)) {
    const entry = parse(text);
    if (entry) yield entry;
  }
}

function parse(line: string): JournalEntry | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as JournalEntry);
  } catch {
    return undefined;
  }
}

/** Which jobs have no task that has not ended longer ago than Batch remembers, and whether the last line was torn. */
function look(
  path: string,
  before: number,
): { readonly forgotten: ReadonlySet<string>; readonly isTorn: boolean } {
  const open = new Map<string, number>();
  const last = new Map<string, number>();
  let isTorn = false;
  for (const { text, isWhole } of fileLines(path)) {
    isTorn = !isWhole;
    const entry = parse(text);
    if (entry?.kind === 'submitted') open.set(entry.spec.jobId, entry.spec.size ?? 1);
    if (entry?.kind !== 'ended' || !isEnded(entry.status)) continue;
    open.set(entry.jobId, (open.get(entry.jobId) ?? 0) - 1);
    last.set(entry.jobId, entry.at);
  }
  const forgotten = [...open].filter(([id, left]) => left <= 0 && last.get(id)! < before).map(([id]) => id);
  return { forgotten: new Set(forgotten), isTorn };
}

function* remembered(path: string, forgotten: ReadonlySet<string>): Generator<string> {
  for (const entry of entriesOf(path)) {
    const isKept =
      entry.kind === 'resource' ||
      !forgotten.has(entry.kind === 'submitted' ? entry.spec.jobId : entry.jobId);
    if (isKept) yield `${JSON.stringify(entry)}\n`;
  }
}
