import type { RoundPlan } from '../../contract/run/run.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { durationText } from './output.ts';

/**
 * How long a run that has ended took: ` in 1h05m`, from its submission to the last item's end; of a run that was retried
 * ` (round 2: 5m10s)`, for between rounds nobody worked. Where not every end is known (what was killed leaves no record, and
 * of thousands of shards not every one is read) it is `seenAt`, when somebody saw the run end; else nothing is said.
 */
export function tookText(
  { rows, ended }: Pick<Ledger, 'rows' | 'ended'>,
  rounds: readonly Pick<RoundPlan, 'round' | 'createdAt'>[],
  seenAt?: Date,
): string {
  const last = rounds.at(-1);
  if (!ended || !last) return '';
  const worked = rows.filter(({ state }) => state === 'done' || state === 'partial' || state === 'failed');
  const isKnown = worked.length > 0 && worked.every(row => row.endedAt !== undefined);
  const end = isKnown ? Math.max(...worked.map(row => Date.parse(row.endedAt!))) : seenAt?.getTime();
  const seconds = end === undefined ? Number.NaN : (end - Date.parse(last.createdAt)) / 1000;
  if (!(seconds >= 0)) return '';
  return last.round === 0
    ? ` in ${durationText(seconds)}`
    : ` (round ${last.round}: ${durationText(seconds)})`;
}
