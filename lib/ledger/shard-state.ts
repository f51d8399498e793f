import type { JobStatus } from '../contract/ports/ports.ts';
import type { AttemptRecord } from '../contract/run/records.ts';
import type { Lane } from '../contract/run/run.ts';

/** What the ledger needs of an attempt's record. */
export type ReadRecord = Pick<
  AttemptRecord,
  'endedAt' | 'exitCode' | 'reason' | 'jobId' | 'scratchPeakBytes' | 'items' | 'whole'
>;

/** What is known of one shard of a step in a round: our records first, Batch where there is none. */
export interface ShardState {
  readonly round: number;
  readonly step: string;
  readonly shard: number;
  readonly done: boolean;
  /** Done, with something missing that was allowed to be. */
  readonly partial?: boolean;
  readonly lane?: Lane;
  /** The last attempt that left a record, or as many as Batch tells of. */
  readonly attempts: number;
  /** The newest attempt's record. */
  readonly record?: ReadRecord;
  readonly jobId?: string;
  /** Batch's status, where Batch still knows the job; `closed` where the array was given up before a job had it. */
  readonly status?: JobStatus | 'closed' | 'unsubmitted' | 'forgotten';
  readonly exitCode?: number;
  readonly reason?: string;
  /** Batch's own words, where they say more than that the container has exited: a timeout, a cancel, a lost host. */
  readonly ended?: string;
  readonly logStream?: string;
}

/** What Batch says of a shard. */
export type Known = Partial<
  Pick<ShardState, 'jobId' | 'status' | 'exitCode' | 'reason' | 'ended' | 'logStream' | 'attempts'>
>;

/** Whether the shard's job has ended (or can never start). */
export const isEnded = ({ status }: Pick<ShardState, 'status'>): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED' || status === 'forgotten' || status === 'closed';
export const isRunning = ({ status }: Pick<ShardState, 'status'>): boolean =>
  status === 'RUNNING' || status === 'STARTING';
export const isUnderWay = (shard: Pick<ShardState, 'status' | 'done'>): boolean =>
  !shard.done && !isEnded(shard);
