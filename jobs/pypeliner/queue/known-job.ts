import type { JobPlace, SubmittedRound } from '../../../lib/contract/ports/open-run.ts';
import type { SentJob } from './job-queue.ts';

/** A job and where it is: its round, and its shard there. */
export interface KnownJob extends SentJob {
  readonly shard: number;
  readonly round: SubmittedRound;
}

/** The array that a shard is in; undefined where that was never submitted. */
export const arrayOf = (
  { arrays }: SubmittedRound,
  shard: number,
): SubmittedRound['arrays'][number] | undefined =>
  arrays.find(({ offset, size }) => shard >= offset && shard < offset + size);

export const placeOf = ({ round, shard }: KnownJob): JobPlace => ({ round: round.round, shard });
