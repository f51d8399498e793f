import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Attempt, JobSpec, Status } from './types.ts';

/** What happened, one JSON line each; replayed when a twin starts, so jobs outlive its process. */
export type Entry =
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
  | { readonly kind: 'resource'; readonly name: string; readonly total?: number };

export interface Journal {
  write(entry: Entry): void;
  close(): void;
}

/** Entries of an earlier twin, and a journal that goes on behind them. A torn last line was never acknowledged. */
export function openJournal(path: string): { readonly entries: readonly Entry[]; readonly journal: Journal } {
  mkdirSync(dirname(path), { recursive: true });
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const entries = text.split('\n').flatMap(line => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
  const file = openSync(path, 'a');
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  return {
    entries,
    journal: {
      write: entry => appendFileSync(file, `${JSON.stringify(entry)}\n`),
      close: () => closeSync(file),
    },
  };
}
