/**
 * How fast the twin's Batch goes. On AWS each of these takes its own time; the twin's defaults are quick, and a rehearsal
 * sets them in `faults.json` under `pace` (see lib/twin/faults/config.ts).
 */
export interface BatchPace {
  /** How long a job stays SUBMITTED before the scheduler looks at it, in ms. */
  readonly submittedMs: number;
  /** How long a child stays STARTING before its container runs, in ms: the image is pulled, the container is made. */
  readonly startingMs: number;
  /** How long a host takes from its launch until containers start on it, in ms. What is placed on it is STARTING. */
  readonly hostBootMs: number;
  /** How long a host without attempts is kept, in ms; 0: until another one needs its vCPUs. */
  readonly hostIdleMs: number;
  /**
   * An array's `statusSummary` is what was true at the last full period of this many ms, and `statusSummaryLastUpdatedAt`
   * says when that was; 0 is always up to date. When the last child has ended it is exact.
   */
  readonly statusSummaryLagMs: number;
  /** How many ms a second of a timeout, of SIGTERM's grace and of a job-state time limit takes; less makes a rehearsal faster. */
  readonly secondMs: number;
}

export const defaultPace: BatchPace = {
  submittedMs: 0,
  startingMs: 0,
  hostBootMs: 0,
  hostIdleMs: 0,
  statusSummaryLagMs: 1000,
  secondMs: 1000,
};
