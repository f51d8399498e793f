import type { Job, StatusSummary } from '../types.ts';

/** Keeps what was true at the end of the last full period. Called before every change of the counts, and before they are shown. */
export function noteSummary(job: Job, now: number): void {
  if (job.summaryLagMs === 0) return;
  const at = now - (now % job.summaryLagMs);
  if (at > job.summary.at) job.summary = { counts: { ...job.counts }, at };
}

/** An array's statusSummary as it is shown now: exact once the array has ended, as old as the lag before. */
export function shownSummary(job: Job, now: number): StatusSummary {
  if (job.stoppedAt !== undefined) return { counts: job.counts, at: job.stoppedAt };
  if (job.summaryLagMs === 0) return { counts: job.counts, at: now };
  noteSummary(job, now);
  return job.summary;
}
