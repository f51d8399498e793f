import { type BatchPort, isTerminal, type JobDetail } from '../../contract/ports/ports.ts';
import { countKnown, markedOf, readChildren, readFailed, toldOf } from './ask-batch.ts';
import type { ArrayState } from './round-step.ts';

/** In place of what Batch said of an array, where its children are to be listed again. */
export const goneOn = 'a child has gone on';
/** An array's summary is no older. */
export const summaryMs = 60_000;

/**
 * How an array is read of which Batch says something else than is known: its children are listed, a thousand a call; or they
 * only end, as where none waits any more, and then what has not failed and left no mark still runs; or their summary is only
 * behind what was listed a short while ago, and marks alone tell more.
 */
export type Reading = 'all' | 'ends' | 'marks';

export function readingOf(state: ArrayState, job: JobDetail, now: number): Reading {
  const { told, array, summary, listedAt } = state;
  const { statusSummary } = job;
  if (told === undefined || told === goneOn || !statusSummary || isTerminal(job.status)) return 'all';
  if ((statusSummary.SUCCEEDED ?? 0) + (statusSummary.FAILED ?? 0) === array.size) return 'all';
  if (onlyEnds(statusSummary) && onlyEnds(summary)) return 'ends';
  return told === toldOf(job) && now - (listedAt ?? 0) < summaryMs ? 'marks' : 'all';
}

/** Whether no child of an array has yet to begin. */
const onlyEnds = (summary: ArrayState['summary']): boolean =>
  summary !== undefined &&
  !summary.SUBMITTED &&
  !summary.PENDING &&
  !summary.RUNNABLE &&
  !summary.STARTING &&
  (summary.RUNNING ?? 0) > 0;

/** Asks Batch what that reading needs, before marks are looked for; answers what ran before and is listed no more. */
export async function readByBatch(
  batch: BatchPort,
  state: ArrayState,
  job: JobDetail,
  reading: Reading,
  now: number,
): Promise<readonly number[]> {
  if (reading === 'ends') await readFailed(batch, state, job);
  if (reading !== 'all') return [];
  const vanished = await readChildren(batch, state, job);
  state.listedAt = now;
  return vanished;
}

/** Whether, once marks are read, the children have to be listed after all. */
export function isShortOf(state: ArrayState, job: JobDetail, reading: Reading): boolean {
  if (reading === 'all') return false;
  const { STARTING, RUNNING, FAILED } = countKnown(state);
  // What runs last may be followed by what waits for a reason.
  if (reading === 'marks') return STARTING + RUNNING === 0;
  const ended = markedOf(state.part, state.array) + state.succeeded + FAILED;
  return STARTING > 0 || RUNNING + ended !== state.array.size || (job.statusSummary?.FAILED ?? 0) > FAILED;
}
