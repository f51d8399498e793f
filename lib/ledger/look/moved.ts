import { isTerminal, type JobDetail } from '../../contract/ports/ports.ts';
import { forgetShards, readJob, runningIds } from './ask-batch.ts';
import type { AskedBatch } from './call-window.ts';
import { type Reading, readByBatch } from './reading.ts';
import type { ArrayState } from './round-step.ts';

/** An array of which Batch says something else than before; `job` is undefined where it has forgotten it. */
export interface Moved {
  readonly state: ArrayState;
  readonly job: JobDetail | undefined;
  vanished: readonly number[];
  /** Of an array. */
  reading?: Reading;
  /** Calls of Batch that it would still have taken, where a look had too few. */
  short?: number;
  /** They came to an end half-way, as they were more than its summary told. */
  wasCut?: true;
}

/** Takes in what Batch says of it; what is to be looked for in the store is left to `readMarks`. */
export async function readBatch(batch: AskedBatch, moved: Moved, now: number): Promise<void> {
  const { state, job } = moved;
  // Its end is read whole: a container that Batch gave up may have left its mark since.
  if (!job || (isTerminal(job.status) && !state.told?.startsWith(`["${job.status}"`))) reopen(state);
  if (!job) {
    forgetShards(state);
    state.mayStart = false;
    state.base = { status: 'forgotten', jobId: state.jobId! };
    if (state.array.size === 1) readJob(state, job);
  } else if (state.array.size === 1) readJob(state, job);
  else {
    moved.vanished = await readByBatch(batch, state, job, moved.reading ?? 'all', now);
  }
}

/** Everything but what is done is to be looked at again. */
export function reopen(state: ArrayState): void {
  const { part, array } = state;
  delete state.told;
  for (let shard = array.offset; shard < array.offset + array.size; shard++)
    if (!part.done[shard]) {
      part.settled[shard] = 0;
      part.changed(shard);
    }
}

/** Of what runs the status alone stays known. */
export function withoutDetails(state: ArrayState): void {
  for (const id of runningIds(state)) {
    const shard = state.array.offset + Number(id.split(':')[1]);
    const { status, attempts } = state.part.known.get(shard)!;
    if (attempts !== undefined) state.part.know(shard, { status: status!, jobId: id });
  }
}
