import type { Store } from '../ports/ports.ts';
import { claimKey, type RunRef } from './keys.ts';
import { readClaimBody } from './read-stored.ts';
import type { Claim } from './run.ts';

/**
 * Claims an array of a step for a parent job id, or learns who has it. Submitter and containers both call this: the
 * claim is the only truth about who may work on an array, so the children of a duplicate find another's id and stop.
 */
export async function claimArray(
  store: Store,
  run: RunRef,
  at: { readonly round: number; readonly step: string; readonly array: number },
  jobId: string,
): Promise<string> {
  const key = claimKey(run, at.round, at.step, at.array);
  const mine: Claim = { jobId };
  if (await store.put(key, JSON.stringify(mine), { ifNoneMatch: true, contentType: 'application/json' }))
    return jobId;
  const found = await readClaim(store, run, at);
  if (!found) throw new Error(`the claim ${key} was taken and cannot be read`);
  return found;
}

/** The parent job id that has the array, or undefined while nobody has. */
export async function readClaim(
  store: Store,
  run: RunRef,
  at: { readonly round: number; readonly step: string; readonly array: number },
): Promise<string | undefined> {
  const body = await store.get(claimKey(run, at.round, at.step, at.array));
  return body ? readClaimBody(body).jobId : undefined;
}

/** Claimed with this, an array can never be worked on any more: its round was closed before a job had it. */
export const closedClaim = 'closed';

const cancelled = 'lab cancel ';
/** What Batch is told, and says again of every child, when a run is cancelled. */
export const cancelReason = (runId: string): string => `${cancelled}${runId}`;
const stopped = 'stopped: ';
/** What is said of what never began, as its run had reached a limit. */
export const stoppedReason = (why: string): string => `${stopped}${why}`;
/** Of a cancel by a person, or at a limit. */
export const isCancelReason = (reason: string): boolean =>
  reason.startsWith(cancelled) || reason.startsWith(stopped);

/** `<parent>:<index>` is a child, `<job>#<index>` a node; its parent claims. */
export const parentJobId = (jobId: string): string => jobId.split(/[:#]/)[0]!;

/** A node of a multi-node parallel job, as Batch addresses it. */
export const nodeJobId = (jobId: string, index: number): string => `${jobId}#${index}`;
