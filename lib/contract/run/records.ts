import type { Market } from '../workload/image.ts';
import type { Lane } from './run.ts';

/** What a container writes for every attempt of a shard: `results/<round>/<step>/<shard>/<jobId>.<attempt>`. */
export interface AttemptRecord {
  readonly version: 2;
  readonly runId: string;
  readonly step: string;
  readonly round: number;
  readonly shard: number;
  readonly jobId: string;
  readonly attempt: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly exitCode: number;
  readonly reason?: string;
  readonly host?: HostInfo;
  readonly image?: string;
  /** Most that was on scratch at once, in bytes. */
  readonly scratchPeakBytes?: number;
  /** What it was given. */
  readonly lane?: Lane;
  /** One each, where the step's task runs once an item. */
  readonly items?: readonly ItemRecord[];
  /** All in one, where it takes a shard or the run: said once for 1 or 100,000 items. */
  readonly whole?: ItemRecord;
}

export interface HostInfo {
  readonly instanceId?: string;
  readonly instanceType?: string;
  readonly availabilityZone?: string;
  /** How it is paid for, by its own metadata: a pool that spills has both. */
  readonly market?: Market;
  readonly hostname: string;
}

export interface ItemRecord {
  readonly name: string;
  readonly state: 'done' | 'failed' | 'interrupted' | 'not-started';
  /** Done, with something missing that the user allowed to be. */
  readonly partial?: true;
  /** What the task has found out: `{ expected: 31, used: 29 }`. */
  readonly facts?: Readonly<Record<string, number | string>>;
  /** What is missing, and why; at most 100. */
  readonly missing?: readonly Missing[];
  readonly exitCode?: number;
  readonly reason?: string;
  /** Of what failed: the last lines that its tools printed, at most 20 of 500 characters. They outlive the log. */
  readonly tail?: readonly string[];
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Highest resident set of the tool and its children, in bytes. */
  readonly peakMemoryBytes?: number;
  /** CPU time of its tools, in seconds. */
  readonly cpuSeconds?: number;
  /** Input that came in for the item; what a shard downloads before it starts stands with its first item. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly outputs?: readonly OutputRecord[];
}

export interface Missing {
  readonly name: string;
  readonly reason: string;
}

export interface OutputRecord {
  /** @default the output bucket */
  readonly bucket?: string;
  readonly key: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256?: string;
  readonly versionId?: string;
}

/** Body of a done marker: the record that tells what was done. */
export interface DoneMarker {
  readonly record: string;
}
