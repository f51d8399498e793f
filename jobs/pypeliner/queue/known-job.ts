import type { SentJob } from './job-queue.ts';
import type { SubmittedRound } from './submitted-round.ts';

/** A job and where it is: its round, and its shard there. */
export interface KnownJob extends SentJob {
  readonly shard: number;
  readonly round: SubmittedRound;
}
