import type { BatchPort, StateChanges, Store } from '../../contract/ports/ports.ts';
import { type AskedBatch, CallWindow, counted, listedAtOnce } from './call-window.ts';

export interface LedgerPorts {
  readonly store: Store;
  readonly batch: BatchPort;
  /** Asked about jobs that Batch has forgotten; without it such a job's end stays unknown. */
  readonly changes?: Pick<StateChanges, 'failed'>;
}

/** What a look has at hand. */
export interface LookPorts {
  readonly store: Store;
  readonly batch: AskedBatch;
  readonly changes?: Pick<StateChanges, 'failed'>;
  /** Those of Batch that are left. */
  readonly calls: CallWindow;
  /** Children of one page of a listing. */
  readonly page: number;
  /** Whether it is about what is over alone: which of the others run, and which wait, nobody asks. */
  readonly endsOnly: boolean;
  now(): number;
}

export function lookPorts(
  { store, batch, changes }: LedgerPorts,
  {
    page = listedAtOnce,
    now,
    endsOnly = false,
  }: { readonly page?: number; readonly now: () => number; readonly endsOnly?: boolean },
): LookPorts {
  const calls = new CallWindow();
  return {
    ...{ store, calls, page, now, endsOnly, batch: counted(batch, calls, page) },
    ...(changes ? { changes } : {}),
  };
}
