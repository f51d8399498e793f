import type { RoundPlan } from '../../contract/run/run.ts';
import type { LedgerRow } from '../../ledger/ledger.ts';
import { durationText } from './output.ts';

/**
 * How long a run that has ended took: ` in 1h05m`, from its submission to the last item's end; of a run that was retried
 * ` (round 2: 5m10s)`, for between rounds nobody worked. Where not every end is known (what was killed leaves no record, and
 * of thousands of shards not every one is read) it is `seenAt`, when somebody saw the run end; else nothing is said.
 */
export function tookText(
  { ended, end: known }: { readonly ended: boolean; readonly end: number | undefined },
  rounds: readonly Pick<RoundPlan, 'round' | 'createdAt'>[],
  seenAt?: Date,
): string {
  const last = rounds.at(-1);
  if (!ended || !last) return '';
  const end = known ?? seenAt?.getTime();
  const seconds = end === undefined ? Number.NaN : (end - Date.parse(last.createdAt)) / 1000;
  if (!(seconds >= 0)) return '';
  return last.round === 0
    ? ` in ${durationText(seconds)}`
    : ` (round ${last.round}: ${durationText(seconds)})`;
}

/** When the last item ended, in ms since 1970, of rows that are told one by one; undefined where an end is not known. */
export function lastEnd(): {
  add(row: Pick<LedgerRow, 'state' | 'endedAt'>): void;
  readonly end: number | undefined;
} {
  let end = -1;
  let isKnown = true;
  return {
    add({ state, endedAt }) {
      if (state !== 'done' && state !== 'partial' && state !== 'failed') return;
      if (endedAt === undefined) isKnown = false;
      else end = Math.max(end, Date.parse(endedAt));
    },
    get end() {
      return isKnown && end >= 0 ? end : undefined;
    },
  };
}
