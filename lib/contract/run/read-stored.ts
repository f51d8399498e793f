import { LabError } from '../workload/errors.ts';
import type { AttemptRecord, DoneMarker, ItemRecord } from './records.ts';
import type { Claim, RoundPlan, StoredRequest } from './run.ts';

/**
 * What is stored of a run, read back: one function a format, each of which looks at the version. Throws LabError for one
 * that this version does not read.
 */
export const readRequest = (body: Buffer): StoredRequest => versioned(body, 2, 'request.json');
export const readPlan = (body: Buffer): RoundPlan => versioned(body, 2, 'plan.json');
export const readRecord = (body: Buffer): AttemptRecord => versioned(body, 2, 'record');
/** Of `made/…`, as the records of its run have it. */
export const readItemRecord = (body: Buffer): ItemRecord => JSON.parse(body.toString('utf8')) as ItemRecord;
/** These two have a shape that is all they are. */
export const readClaimBody = (body: Buffer): Claim => JSON.parse(body.toString('utf8')) as Claim;
export const readDoneMarker = (body: Buffer): DoneMarker => JSON.parse(body.toString('utf8')) as DoneMarker;

function versioned<T extends { readonly version: number }>(
  body: Buffer,
  version: T['version'],
  what: string,
): T {
  const value = JSON.parse(body.toString('utf8')) as T;
  if (value.version === version) return value;
  throw new LabError({
    where: what,
    message: `is of version ${value.version}, and this is written for ${version}`,
    fix: 'use the version of arraylab that the run was submitted with',
  });
}
