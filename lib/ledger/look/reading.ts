import { isTerminal, type JobDetail } from '../../contract/ports/ports.ts';
import {
  countKnown,
  failedIds,
  markedOf,
  readChildren,
  readFailed,
  readWaiting,
  toldOf,
  waitingOf,
} from './ask-batch.ts';
import { type AskedBatch, describedAtOnce } from './call-window.ts';
import type { LookPorts } from './look-ports.ts';
import type { ArrayState } from './round-step.ts';

/** In place of what Batch said of an array, where its children are to be listed again. */
export const goneOn = 'a child has gone on';
/** An array's summary is no older. */
export const summaryMs = 60_000;

/**
 * How an array is read of which Batch says something else than is known: its children are listed, a thousand a call, those that
 * run or, where that takes fewer calls, those that wait; or they only end, as where none waits any more, and then what has not
 * failed and left no mark still runs, or as where nobody asks what runs; or their summary is only behind what was listed a short while ago, and marks alone tell
 * more.
 */
export type Reading = 'all' | 'waiting' | 'ends' | 'marks';

export function readingOf(
  state: ArrayState,
  job: JobDetail,
  look: Omit<LookPorts, 'store' | 'batch' | 'calls'>,
): Reading {
  const { page, endsOnly } = look;
  const now = look.now();
  const { told, array, summary, listedAt = 0, goneAt = Number.NEGATIVE_INFINITY } = state;
  const { statusSummary } = job;
  if (!statusSummary || isTerminal(job.status)) return 'all';
  if ((statusSummary.SUCCEEDED ?? 0) + (statusSummary.FAILED ?? 0) === array.size) return 'all';
  if (endsOnly) return 'ends';
  if (told === undefined || told === goneOn) return wholeReading(job, page);
  if (onlyEnds(statusSummary) && onlyEnds(summary)) return 'ends';
  if (now - goneAt < summaryMs && saysNoMore(summary, statusSummary)) return 'marks';
  return told === toldOf(job) && now - Math.max(listedAt, goneAt) < summaryMs
    ? 'marks'
    : wholeReading(job, page);
}

/** Whether a summary tells of no more that has begun, or ended, than when children were seen to have gone on. */
const saysNoMore = (summary: ArrayState['summary'], now: NonNullable<ArrayState['summary']>): boolean =>
  alive(summary) === alive(now) &&
  (summary?.SUCCEEDED ?? 0) === (now.SUCCEEDED ?? 0) &&
  (summary?.FAILED ?? 0) === (now.FAILED ?? 0);
const alive = (summary: ArrayState['summary']): number => (summary?.STARTING ?? 0) + (summary?.RUNNING ?? 0);

/** A page of what runs is as soon listed: and it tells what has come and gone since the summary. */
export function wholeReading(job: JobDetail, page: number): Reading {
  const { STARTING = 0, RUNNING = 0 } = job.statusSummary ?? {};
  const calls = pagesOf(STARTING, page) + pagesOf(RUNNING, page);
  return STARTING + RUNNING > page && waitingCalls(job, page) < calls ? 'waiting' : 'all';
}

const pagesOf = (children: number, page: number): number => Math.floor(children / page) + 1;
const waitingCalls = (job: JobDetail, page: number): number =>
  waitingOf(job).reduce((sum, count) => sum + (count > 0 ? pagesOf(count, page) : 0), 0);

/** Calls of Batch that such a reading takes, as far as an array's summary tells. */
export function callsOf(state: ArrayState, job: JobDetail, reading: Reading, page: number): number {
  const { STARTING = 0, RUNNING = 0, RUNNABLE = 0, FAILED = 0, SUCCEEDED = 0 } = job.statusSummary ?? {};
  const more = Math.max(0, FAILED - countKnown(state).FAILED);
  const described = Math.ceil((failedIds(state).length + more) / describedAtOnce);
  if (reading === 'marks') return described;
  const isFirst = (state.told === undefined || isTerminal(job.status)) && job.status !== 'SUCCEEDED';
  const failed = described + (more > 0 || (reading === 'all' && isFirst) ? pagesOf(FAILED, page) : 0);
  if (reading === 'ends') return failed;
  if (reading === 'waiting') return failed + waitingCalls(job, page);
  if (isTerminal(job.status) || SUCCEEDED + FAILED === state.array.size) return failed;
  const why = RUNNABLE > 0 && STARTING + RUNNING === 0 ? 1 : 0;
  return failed + pagesOf(STARTING, page) + pagesOf(RUNNING, page) + why;
}

/** Calls of Batch that it takes to learn what has succeeded and left no mark. */
export const succeededCalls = ({ statusSummary }: JobDetail, size: number, page: number): number =>
  1 + pagesOf(statusSummary?.SUCCEEDED ?? size, page);

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
  batch: AskedBatch,
  state: ArrayState,
  job: JobDetail,
  reading: Reading,
  now: number,
): Promise<readonly number[]> {
  if (reading === 'ends') {
    state.base = { status: 'SUBMITTED', jobId: job.jobId };
    await readFailed(batch, state, job);
  }
  if (reading === 'ends' || reading === 'marks') return [];
  const vanished =
    reading === 'all' ? await readChildren(batch, state, job) : await readWaiting(batch, state, job);
  state.listedAt = now;
  delete state.goneAt;
  return vanished ?? [];
}

/** Whether, once marks are read, the children have to be listed after all. */
export function isShortOf(state: ArrayState, job: JobDetail, reading: Reading): boolean {
  if (reading === 'all' || reading === 'waiting') return false;
  const { STARTING, RUNNING, FAILED } = countKnown(state);
  // What runs last may be followed by what waits for a reason.
  if (reading === 'marks') return STARTING + RUNNING === 0;
  const ended = markedOf(state.part, state.array) + state.succeeded + FAILED;
  return STARTING > 0 || RUNNING + ended !== state.array.size || (job.statusSummary?.FAILED ?? 0) > FAILED;
}
