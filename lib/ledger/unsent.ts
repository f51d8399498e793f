import type { RoundPlan } from '../contract/run/run.ts';
import { phases, type RoundStep } from './look/round-step.ts';

/** What of a run was planned and not submitted: its submission is under way, or was interrupted and goes on with `--resume`. */
export interface Unsent {
  /** Jobs, an array being one. */
  readonly jobs: number;
  /** Whether nothing else can go on: no job of the run is in Batch and not over. */
  readonly isAll: boolean;
  /** Rounds that such jobs are of, oldest first. */
  readonly rounds: readonly RoundPlan[];
}

/** Jobs that nobody has claimed, and that Batch knows by no name. Closed ones are never submitted any more. */
export function unsentOf(parts: readonly RoundStep[]): Unsent {
  const rounds = new Set<RoundPlan>();
  let jobs = 0;
  let underWay = 0;
  for (const part of parts)
    for (const { array, holder, jobId } of part.arrays) {
      const isUnsent = holder === undefined && jobId === undefined;
      for (let shard = array.offset; shard < array.offset + array.size; shard++)
        if (part.phase[shard] !== phases.over && !isUnsent) underWay++;
      if (!isUnsent) continue;
      jobs++;
      rounds.add(part.plan);
    }
  return { jobs, isAll: jobs > 0 && underWay === 0, rounds: [...rounds] };
}

/** What is told of a run with such jobs; undefined where there are none. */
export function unsentText({ jobs }: Pick<Unsent, 'jobs'>): string | undefined {
  if (jobs === 0) return undefined;
  return `${jobs.toLocaleString('en-US')} of its jobs ${jobs === 1 ? 'is' : 'are'} not submitted: the submission is still under way, or was interrupted`;
}
