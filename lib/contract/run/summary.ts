import type { AttemptRecord } from './records.ts';

/** What the attempts of a run left behind, for who reports on it as a whole. */
export interface RunSummary {
  /** Attempts that began, those that left no record counted by the number of the next one. */
  readonly attempts: number;
  readonly hosts: number;
  /** Hours from a host's first attempt to the end of its last one, by instance type; `unknown` where no metadata answered. */
  readonly hours: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Every record, in the order of their ends. */
  readonly records: readonly AttemptRecord[];
}
