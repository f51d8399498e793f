import type { Ledger } from '../../ledger/ledger.ts';

/** A submission that goes on sends its next job within seconds; clocks of two machines may differ by minutes. */
const patienceMs = 60_000;
const longAgoMs = 300_000;

/**
 * Notices that nothing of a run can go on any more but what nobody has submitted: who waits for that waits for ever. Whether its
 * submission still goes on cannot be seen, but by its age, or by waiting for the next job.
 */
export function unsentWatch(isTwin: boolean): { isGivenUp(ledger: Ledger, now: Date): boolean } {
  let since: number | undefined;
  let jobs = 0;
  return {
    isGivenUp({ ended, unsent }, now) {
      if (ended || !unsent.isAll || unsent.jobs !== jobs) since = undefined;
      jobs = unsent.jobs;
      if (ended || !unsent.isAll) return false;
      since ??= now.getTime();
      const newest = Math.max(...unsent.rounds.map(({ createdAt }) => Date.parse(createdAt)));
      const patience = isTwin ? patienceMs / 4 : patienceMs;
      return now.getTime() - newest > longAgoMs || now.getTime() - since >= patience;
    },
  };
}
