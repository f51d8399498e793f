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
export const roundsPrefix = (run: RunRef): string => `${runPrefix(run)}rounds/`;
const roundPrefix = (run: RunRef, round: number): string => `${roundsPrefix(run)}${round}/`;
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
/** What counts towards a run's limits: a key an attempt, whose end is the amount; and why a round was stopped by one. */
export const failedTally = (run: RunRef, round: number): string =>
  `${runPrefix(run)}results/.failed/${round}/`;
export const spentTally = (run: RunRef): string => `${runPrefix(run)}results/.spent/`;
export const stopKey = (run: RunRef, round: number): string => `${runPrefix(run)}results/.stopped/${round}`;
/** What the records of a shard's attempts are below. */
export const shardResultsPrefix = (run: RunRef, at: Pick<ShardAttempt, 'round' | 'step' | 'shard'>): string =>
  `${resultsPrefix(run, at.round, at.step)}${shardName(at.shard)}/`;
/** One attempt's record. `:` of a child's job id is kept: `results/0/run/0000012/<parent>:12.1`. */
export const resultKey = (run: RunRef, at: ShardAttempt, told?: ToldInName): string =>
  `${shardResultsPrefix(run, at)}${recordName(at, told)}`;
export const donePrefix = (run: RunRef, round: number, step: string): string =>
  `${runPrefix(run)}done/${round}/${step}/`;
export const doneKey = (run: RunRef, at: Pick<ShardAttempt, 'round' | 'step' | 'shard'>): string =>
  `${donePrefix(run, at.round, at.step)}${shardName(at.shard)}`;
/** Seven digits: listings are in the order of shards, can be read in parts and go on anywhere. */
export const shardName = (shard: number): string => String(shard).padStart(7, '0');
/** What a record's name tells of it, so that a listing does without reading it; all of it is done where it says nothing. */
export interface ToldInName {
  /** Something is missing that was allowed to be. */
  readonly partial?: boolean;
  /** How each item stands (`outcome.ts`). */
  readonly outcome?: string | undefined;
}
/** `<jobId>[.<outcome>].<attempt>[.partial]`; a job's id has no dots. */
export const recordName = (
  { jobId, attempt }: Pick<ShardAttempt, 'jobId' | 'attempt'>,
  { partial, outcome }: ToldInName = {},
): string => `${jobId}${outcome === undefined ? '' : `.${outcome}`}.${attempt}${partial ? '.partial' : ''}`;
/** Whose record a name, or a key, is of, and what it tells of it. */
export function readRecordName(key: string): Pick<ShardAttempt, 'jobId' | 'attempt'> & ToldInName {
  const [jobId = '', ...rest] = key.slice(key.lastIndexOf('/') + 1).split('.');
  const partial = rest.at(-1) === 'partial';
  const [attempt, outcome] = rest.slice(0, partial ? -1 : undefined).reverse();
  return { jobId, attempt: Number(attempt ?? 0), partial, outcome };
}
/** Which attempt a record's name, or its key, is of. */
export const attemptIn = (key: string): number => Number(/\.(\d+)(?:\.partial)?$/.exec(key)?.[1] ?? 0);
export const isPartial = (key: string): boolean => key.endsWith('.partial');
/** Items that a round of an open run adds. */
export const addsKey = (run: RunRef, round: number): string => `${roundPrefix(run, round)}adds`;
/** What a task has written down of an item; not bound to a round or a shard. */
export const checkpointKey = (run: RunRef, step: string, item: string): string =>
  `${runPrefix(run)}checkpoints/${step}/${item}.checkpoint`;
/** The record of an item in a step whose results a later step reads. */
export const madeKey = (run: RunRef, step: string, item: string): string =>
  `${runPrefix(run)}made/${step}/${item}.json`;
/** What a caller gives a job of its own: a pickle, a file. */
export const payloadPrefix = (run: RunRef, item: string): string => `${runPrefix(run)}payload/${item}/`;
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
