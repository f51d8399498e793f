import {
  isTerminal,
  type JobDetail,
  type JobStatus,
  type JobSummary,
  type StateChanges,
} from '../../contract/ports/ports.ts';
import { isRunning, type Known } from '../shard-state.ts';
import type { AskedBatch } from './call-window.ts';
import { jobState } from './job-state.ts';
import type { ArrayState, RoundStep } from './round-step.ts';

/** Whether everything that Batch says of an array, or of its ends alone, is what was read of it last. */
export function isAsRead(state: ArrayState, job: JobDetail | undefined, endsOnly = false): boolean {
  const { told, array, part } = state;
  if (told !== toldOf(job) || state.isUnread) return false;
  const { statusSummary } = job ?? {};
  if (array.size === 1 || !statusSummary) return true;
  const { STARTING = 0, RUNNING = 0, FAILED = 0, SUCCEEDED = 0 } = statusSummary;
  const known = countKnown(state);
  if (FAILED !== known.FAILED) return false;
  if (!endsOnly && !isTerminal(job!.status) && (STARTING !== known.STARTING || RUNNING !== known.RUNNING))
    return false;
  return SUCCEEDED <= state.succeeded + markedOf(part, array);
}

/** How many of an array's children are known in a status. */
export function countKnown({
  part,
  array: { offset, size },
}: ArrayState): Readonly<Record<'STARTING' | 'RUNNING' | 'FAILED', number>> {
  const counts = { STARTING: 0, RUNNING: 0, FAILED: 0 };
  const add = (known: Known | undefined): void => {
    const status = known?.status;
    if (status === 'STARTING' || status === 'RUNNING' || status === 'FAILED') counts[status]++;
  };
  if (part.known.size < size) {
    for (const [shard, known] of part.known) if (shard >= offset && shard < offset + size) add(known);
  } else for (let shard = offset; shard < offset + size; shard++) add(part.known.get(shard));
  return counts;
}

export const toldOf = (job: JobDetail | undefined): string =>
  job
    ? JSON.stringify([
        job.status,
        job.statusReason,
        job.statusSummary,
        job.exitCode,
        job.reason,
        job.logStream,
        job.attempts,
      ])
    : 'forgotten';

/** How many shards are done and in no other status: what killed a container after its mark counts as failed in Batch. */
export function markedOf({ done, known }: RoundStep, { offset, size }: ArrayState['array']): number {
  let count = 0;
  for (let shard = offset; shard < offset + size; shard++)
    if (done[shard] && (known.get(shard)?.status ?? 'SUCCEEDED') === 'SUCCEEDED') count++;
  return count;
}

/** Takes in what Batch says of a job that is no array. */
export function readJob({ part, array, jobId }: ArrayState, job: JobDetail | undefined): void {
  part.know(array.offset, job ? jobState(job) : { status: 'forgotten', jobId: jobId! });
}

/**
 * Which children of an array run and have failed; what is listed nowhere waits, or has left a done marker. Answers those
 * that ran before and are listed no more.
 */
export async function readChildren(
  batch: AskedBatch,
  state: ArrayState,
  job: JobDetail,
): Promise<readonly number[]> {
  const { part, array } = state;
  state.base = { status: isTerminal(job.status) ? job.status : 'SUBMITTED', jobId: job.jobId };
  const { SUBMITTED = 0, PENDING = 0, SUCCEEDED = 0, FAILED = 0, RUNNABLE = 0 } = job.statusSummary ?? {};
  const allEnded = isTerminal(job.status) || SUCCEEDED + FAILED === array.size;
  state.mayStart = !allEnded && SUBMITTED + PENDING < array.size;
  const before = ofArray(part.known, array).filter(
    ([, { status }]) => status !== 'FAILED' && status !== 'SUCCEEDED',
  );
  const seen = new Set<number>();
  // What an array's summary says is up to a minute old: it saves a listing only where being late shows nothing wrong.
  const starting = allEnded ? 0 : await listInto(batch, state, job, 'STARTING', seen);
  const running = allEnded ? 0 : await listInto(batch, state, job, 'RUNNING', seen);
  const isFirst = state.told === undefined;
  if (job.status !== 'SUCCEEDED' && (isFirst || !job.statusSummary || FAILED !== countKnown(state).FAILED))
    await listInto(batch, state, job, 'FAILED', seen);
  // Why none of them starts is the same for all.
  if (!allEnded && RUNNABLE > 0 && starting + running === 0)
    await listInto(batch, state, job, 'RUNNABLE', seen, 1000);
  const vanished = before.filter(([shard]) => !seen.has(shard)).map(([shard]) => shard);
  for (const shard of vanished) part.know(shard, undefined);
  return vanished;
}

const waiting = ['SUBMITTED', 'PENDING', 'RUNNABLE'] as const;

/** How many of an array's children wait in each status, as its summary says. */
export const waitingOf = ({ statusSummary }: Pick<JobDetail, 'statusSummary'>): readonly number[] =>
  waiting.map(status => statusSummary?.[status] ?? 0);

/** The same by those that wait, where they are fewer than those that run: what is over in no other way runs. */
export async function readWaiting(batch: AskedBatch, state: ArrayState, job: JobDetail): Promise<void> {
  const { part, array } = state;
  state.base = { status: 'SUBMITTED', jobId: job.jobId };
  state.mayStart = true;
  const waits = new Set<number>();
  for (const status of waiting)
    if ((job.statusSummary?.[status] ?? 0) > 0)
      for await (const child of batch.children(job.jobId, status)) waits.add(shardOf(array, child));
  await readFailed(batch, state, job);
  for (let shard = array.offset; shard < array.offset + array.size; shard++) {
    const known = part.known.get(shard);
    if (known?.status === 'FAILED' || known?.status === 'SUCCEEDED') continue;
    // A container that has left its mark has done all that it will.
    if (part.done[shard] || waits.has(shard)) {
      if (known) part.know(shard, undefined);
      // Where details are kept, its own status is.
    } else if (known?.status !== 'RUNNING' && !(isRunning(known ?? {}) && known?.attempts !== undefined))
      part.know(shard, { status: 'RUNNING', jobId: `${job.jobId}:${shard - array.offset}` });
  }
}

/** Which children have failed beyond those that are known to have. */
export async function readFailed(batch: AskedBatch, state: ArrayState, job: JobDetail): Promise<void> {
  if ((job.statusSummary?.FAILED ?? 0) > countKnown(state).FAILED)
    await listInto(batch, state, job, 'FAILED', new Set());
}

/** Children in one status; answers how many. Those that are described already, in the same status, stay as they are. */
async function listInto(
  batch: AskedBatch,
  { part, array }: ArrayState,
  { jobId }: JobDetail,
  status: JobStatus,
  seen: Set<number>,
  most?: number,
): Promise<number> {
  let count = 0;
  for await (const child of batch.children(jobId, status)) {
    const shard = shardOf(array, child);
    const before = part.known.get(shard);
    seen.add(shard);
    if (before?.status !== status || (before.attempts === undefined && before.reason !== child.statusReason))
      part.know(shard, {
        status,
        jobId: child.jobId,
        ...(child.statusReason ? { reason: child.statusReason } : {}),
      });
    if (++count === most) break;
  }
  return count;
}

/**
 * What has ended without our seeing how: children that the summary counts as succeeded beyond those that left a mark, and
 * what vanished from those that run without one. Answers the shards that are to be looked at once more.
 */
export async function readUnexplained(
  batch: AskedBatch,
  state: ArrayState,
  job: JobDetail,
  vanished: readonly number[],
): Promise<readonly number[]> {
  const { part, array } = state;
  const ended = new Set<number>();
  const { SUCCEEDED = 0 } = job.statusSummary ?? { SUCCEEDED: array.size };
  if (SUCCEEDED > state.succeeded + markedOf(part, array)) {
    const listed: JobSummary[] = [];
    // All of them or none: what has succeeded and left no mark is looked at once more.
    for await (const child of batch.children(job.jobId, 'SUCCEEDED')) listed.push(child);
    for (const child of listed) {
      const shard = shardOf(array, child);
      if (part.done[shard]) continue;
      part.know(shard, { status: 'SUCCEEDED', jobId: child.jobId });
      ended.add(shard);
    }
    state.succeeded = ended.size;
  }
  const isOpen = (shard: number): boolean => !part.done[shard] && part.known.get(shard) === undefined;
  if (vanished.some(isOpen)) {
    const before = new Set(ofArray(part.known, array).map(([shard]) => shard));
    await listInto(batch, state, job, 'FAILED', new Set());
    for (const [shard] of ofArray(part.known, array)) if (!before.has(shard)) ended.add(shard);
  }
  return [...ended].sort((a, b) => a - b);
}

/** Ids of children whose details only Batch has: those that failed and were not described yet. */
export function failedIds({ part, array }: ArrayState): string[] {
  return ofArray(part.known, array).flatMap(([, known]) =>
    known.status === 'FAILED' && known.attempts === undefined ? [known.jobId!] : [],
  );
}

export function runningIds({ part, array }: ArrayState, onlyNew = false): string[] {
  if (array.size === 1) return [];
  return ofArray(part.known, array).flatMap(([, known]) =>
    isRunning(known) && !(onlyNew && known.attempts !== undefined) ? [known.jobId!] : [],
  );
}

/** Takes in a child's details; answers whether it is in another status than it was listed in. */
export function readChild({ part, array }: ArrayState, child: JobDetail): boolean {
  const shard = shardOf(array, child);
  const before = part.known.get(shard);
  const known = jobState(child);
  // What has gone on to another status is found by listing.
  if (!isRunning(known) && known.status !== 'FAILED') return true;
  if (JSON.stringify(before) !== JSON.stringify(known)) part.know(shard, known);
  return before?.status !== known.status || (before?.attempts ?? 0) !== known.attempts;
}

/** What the log of state changes says of an array that Batch has forgotten, of shards that are not done: what Batch would say. */
export async function readForgotten(
  changes: Pick<StateChanges, 'failed'> | undefined,
  state: ArrayState,
): Promise<void> {
  const { part, array, jobId } = state;
  const isOpen = (shard: number): boolean => !part.done[shard];
  let open = 0;
  for (let shard = array.offset; shard < array.offset + array.size; shard++) if (isOpen(shard)) open++;
  if (!changes || open === 0) return;
  for (const job of await changes.failed(jobId!, Date.parse(part.plan.createdAt))) {
    const index = array.size === 1 ? 0 : job.arrayIndex;
    if (index !== undefined && isOpen(array.offset + index)) part.know(array.offset + index, jobState(job));
  }
}

const shardOf = ({ offset }: ArrayState['array'], { arrayIndex, jobId }: JobSummary): number =>
  offset + (arrayIndex ?? Number(jobId.split(':')[1]));

/** What is known of an array's shards, one by one. */
function ofArray<T>(
  known: ReadonlyMap<number, T>,
  { offset, size }: ArrayState['array'],
): (readonly [number, T])[] {
  if (known.size < size) return [...known].filter(([shard]) => shard >= offset && shard < offset + size);
  const found: (readonly [number, T])[] = [];
  for (let shard = offset; shard < offset + size; shard++) {
    const each = known.get(shard);
    if (each) found.push([shard, each]);
  }
  return found;
}

/** Forgets what Batch said of an array's shards: a fresh look would not know it either. */
export function forgetShards(state: ArrayState): void {
  const { part, array } = state;
  for (let shard = array.offset; shard < array.offset + array.size; shard++) {
    part.known.delete(shard);
    part.changed(shard);
  }
}
