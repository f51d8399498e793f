import { LabError } from '../workload/errors.ts';

/**
 * Every S3 key of a run. One prefix, one permission: a job role reads `runs/<workload>/*` and writes
 * `runs/<workload>/<runId>/{claims,results,done,outputs,failed}/…` of its own workload.
 */
export const configPrefix = 'config/';
export const runsPrefix = 'runs/';

export interface RunRef {
  readonly workload: string;
  readonly runId: string;
}

export const workloadPrefix = (workload: string): string => `${runsPrefix}${workload}/`;
export const runPrefix = (run: RunRef): string => `${workloadPrefix(run.workload)}${run.runId}/`;
export const requestKey = (run: RunRef): string => `${runPrefix(run)}request.json`;
export const manifestKey = (run: RunRef): string => `${runPrefix(run)}manifest`;
const roundPrefix = (run: RunRef, round: number): string => `${runPrefix(run)}rounds/${round}/`;
export const planKey = (run: RunRef, round: number): string => `${roundPrefix(run, round)}plan.json`;
/** The items of a step in a round, one JSON line an item, and the index that finds a shard's lines in it. */
export const itemsKey = (run: RunRef, round: number, step: string): string =>
  `${roundPrefix(run, round)}${step}.items`;
export const indexKey = (run: RunRef, round: number, step: string): string =>
  `${roundPrefix(run, round)}${step}.idx`;
/** Which parent job id may work on an array: the first to write it. */
export const claimKey = (run: RunRef, round: number, step: string, array: number): string =>
  `${runPrefix(run)}claims/${round}/${step}/${array}`;
export const resultsPrefix = (run: RunRef, round: number, step: string): string =>
  `${runPrefix(run)}results/${round}/${step}/`;
/** One attempt's record. `:` of a child's job id is kept: `results/0/run/12/<parent>:12.1`. */
export const resultKey = (run: RunRef, at: ShardAttempt): string =>
  `${resultsPrefix(run, at.round, at.step)}${at.shard}/${at.jobId}.${at.attempt}`;
export const donePrefix = (run: RunRef, round: number, step: string): string =>
  `${runPrefix(run)}done/${round}/${step}/`;
export const doneKey = (run: RunRef, at: Pick<ShardAttempt, 'round' | 'step' | 'shard'>): string =>
  `${donePrefix(run, at.round, at.step)}${at.shard}`;
/** What an item's task has made; an item's name with `/` in it makes folders. */
export const outputsPrefix = (run: RunRef, item: string): string => `${runPrefix(run)}outputs/${item}/`;
/** A script of a person's, as it was when the run was submitted. */
export const fileKey = (run: RunRef, parameter: string): string => `${runPrefix(run)}files/${parameter}`;
/** What the failed attempts of an item wrote, `<round>.<attempt>/` below it. */
export const failedPrefix = (run: RunRef, item: string): string => `${runPrefix(run)}failed/${item}/`;

export interface ShardAttempt {
  readonly round: number;
  readonly step: string;
  readonly shard: number;
  readonly jobId: string;
  readonly attempt: number;
}

export const runUri = (bucket: string, run: RunRef): string =>
  `s3://${bucket}/${runPrefix(run)}`.replace(/\/$/, '');

/** The bucket and run that a `s3://bucket/runs/<workload>/<runId>` names. Throws LabError. */
export function parseRunUri(uri: string): RunRef & { readonly bucket: string } {
  const found = /^s3:\/\/([^/]+)\/runs\/([^/]+)\/([^/]+)\/?$/.exec(uri);
  if (!found) {
    throw new LabError({
      where: uri,
      message: 'is not a run',
      fix: 'a run is s3://<bucket>/runs/<workload>/<run id>',
    });
  }
  return { bucket: found[1]!, workload: found[2]!, runId: found[3]! };
}
