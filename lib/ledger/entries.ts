import { isCancelReason } from '../contract/run/claim.ts';
import type { ItemRecord, Missing, OutputRecord } from '../contract/run/records.ts';
import type { Lane } from '../contract/run/run.ts';
import { exitCodes, explainExitCode } from '../contract/workload/exit-codes.ts';
import type { Item } from '../contract/workload/workload.ts';
import { isEnded, isRunning, type ShardState } from './shard-state.ts';

/** `partial`: done, with something missing that was allowed to be. `blocked`: what it waits for has failed. */
export const itemStates = [
  'done',
  'partial',
  'failed',
  'running',
  'waiting',
  'blocked',
  'cancelled',
] as const;
export type ItemState = (typeof itemStates)[number];
export const isWell = (state: ItemState): boolean => state === 'done' || state === 'partial';

/** What has become of an item in a step, over all rounds. */
export interface Entry {
  readonly item: Item;
  readonly state: ItemState;
  /** The newest round that has it, from 0. */
  readonly round: number;
  /** Tries of its shards over all rounds. */
  readonly attempts: number;
  readonly exitCode?: number;
  readonly reason?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly peakMemoryBytes?: number;
  readonly scratchPeakBytes?: number;
  readonly outputs?: readonly OutputRecord[];
  readonly facts?: Readonly<Record<string, number | string>>;
  readonly missing?: readonly Missing[];
  readonly jobId?: string;
  readonly logStream?: string;
  readonly lane?: Lane;
}

/** An item's entry after one more of its shards, in the order of their rounds. */
export function entryAfter(
  before: Entry | undefined,
  shard: ShardState,
  item: Item,
  found: ItemRecord | undefined,
): Entry {
  const entry = entryOf(shard, item, found);
  if (!before) return entry;
  return {
    ...(keepsBefore(before.state, entry.state, shard) ? before : entry),
    attempts: before.attempts + shard.attempts,
  };
}

/** A round that was given up before anything of it began takes nothing back. */
export const keepsBefore = (before: ItemState, now: ItemState, shard: ShardState): boolean =>
  isWell(before) && !isWell(now) && shard.attempts === 0 && isEnded(shard);

/** How an item stands by one of its shards alone. */
export function itemState(
  shard: ShardState,
  found: Pick<ItemRecord, 'state' | 'partial'> | undefined,
): ItemState {
  if (shard.done || found?.state === 'done')
    return found?.partial || (!found && shard.partial) ? 'partial' : 'done';
  return stateOf(shard, found, isEnded(shard));
}

function entryOf(shard: ShardState, item: Item, found: ItemRecord | undefined): Entry {
  const ended = isEnded(shard);
  const isDone = shard.done || found?.state === 'done';
  const state = itemState(shard, found);
  const exitCode = found?.exitCode ?? shard.record?.exitCode ?? shard.exitCode;
  // Why an item was interrupted, its container cannot know: a timeout, a cancel and a lost host are all SIGTERM to it.
  const isStopped =
    found?.state === 'interrupted' ||
    (found?.state === 'not-started' && shard.record?.exitCode === exitCodes.interrupted);
  const own = isStopped && shard.ended ? shard.ended : found?.reason;
  // What is to be known of an item though it is done: a warning, or why it was skipped.
  const reason = isDone
    ? found?.reason
    : state === 'blocked'
      ? blockedReason
      : reasonOf(shard, own, exitCode, ended);
  const scratchPeakBytes = shard.record?.scratchPeakBytes;
  // Member by member: of a million items each object on the way is a hundred megabytes to collect.
  const entry: { -readonly [K in keyof Entry]: Entry[K] } = {
    item,
    state,
    round: shard.round,
    attempts: shard.attempts,
  };
  if (exitCode !== undefined && (ended || isDone)) entry.exitCode = exitCode;
  if (reason) entry.reason = reason;
  if (found?.startedAt !== undefined) entry.startedAt = found.startedAt;
  if (found?.endedAt !== undefined) entry.endedAt = found.endedAt;
  if (found?.peakMemoryBytes !== undefined) entry.peakMemoryBytes = found.peakMemoryBytes;
  if (scratchPeakBytes !== undefined) entry.scratchPeakBytes = scratchPeakBytes;
  if (found?.outputs !== undefined) entry.outputs = found.outputs;
  if (found?.facts !== undefined) entry.facts = found.facts;
  if (found?.missing !== undefined) entry.missing = found.missing;
  if (shard.jobId !== undefined) entry.jobId = shard.jobId;
  if (shard.logStream !== undefined) entry.logStream = shard.logStream;
  if (shard.lane !== undefined) entry.lane = shard.lane;
  return entry;
}

function stateOf(shard: ShardState, found: Pick<ItemRecord, 'state'> | undefined, ended: boolean): ItemState {
  if (shard.status === 'closed') return 'cancelled';
  // The run had reached a limit before it began.
  if (shard.record?.exitCode === exitCodes.runStopped) return 'cancelled';
  if (ended && isBlocked(shard)) return 'blocked';
  // What had failed before the cancel came has failed.
  if (shard.ended && isCancelReason(shard.ended) && found?.state !== 'failed') return 'cancelled';
  if (ended) return 'failed';
  return isRunning(shard) ? 'running' : 'waiting';
}

/** In place of Batch's words, which are those of a failure. */
const blockedReason = 'waits for what failed';

/** Batch's words for a job that never began, because one that it waited for failed. */
const isBlocked = ({ attempts, record, reason, ended }: ShardState): boolean =>
  attempts === 0 && !record && /^dependent job failed/i.test(ended ?? reason ?? '');

function reasonOf(
  shard: ShardState,
  itemReason: string | undefined,
  exitCode: number | undefined,
  ended: boolean,
): string | undefined {
  if (!ended) return shard.status === 'RUNNING' ? undefined : shard.reason;
  if (itemReason) return itemReason;
  if (shard.record?.reason) return shard.record.reason;
  if (shard.reason) return shard.reason;
  if (shard.status === 'SUCCEEDED') return 'Batch says it succeeded, but it left no done marker';
  if (shard.status === 'forgotten') return 'Batch no longer knows the job, and it left no record';
  return exitCode === undefined ? undefined : (explainExitCode(exitCode) ?? `exit code ${exitCode}`);
}
