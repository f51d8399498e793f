import type { FrozenFile, RunRequest } from '../workload/workload.ts';

/** `request.json`: written first, so that a run exists before any job of it does. */
export interface StoredRequest {
  readonly version: 1;
  readonly runId: string;
  readonly lab: string;
  readonly request: RunRequest;
  readonly items: number;
  readonly createdAt: string;
}

/** One pass over what is not done: `rounds/<n>/plan.json`. Small: containers read it whole. */
export interface RoundPlan {
  readonly version: 1;
  readonly workload: string;
  readonly runId: string;
  readonly lab: string;
  readonly round: number;
  readonly createdAt: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
  readonly files?: Readonly<Record<string, FrozenFile>>;
  readonly onItemFailure: 'continue' | 'stop';
  /** In an order in which each step comes after those it depends on. */
  readonly steps: readonly PlannedStep[];
  /** Name and total of the consumable resource that caps how many shards run at once. */
  readonly parallel?: { readonly resource: string; readonly total: number };
}

export interface PlannedStep {
  readonly name: string;
  readonly takes: 'item' | 'shard' | 'run';
  readonly dependsOn: readonly string[];
  readonly items: number;
  readonly shards: number;
  readonly itemsKey: string;
  readonly indexKey: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
  readonly arrays: readonly PlannedArray[];
}

/** One SubmitJob. */
export interface PlannedArray {
  readonly array: number;
  /** First shard. */
  readonly offset: number;
  /** Shards; 1 is a plain job. */
  readonly size: number;
  readonly jobName: string;
}

/** Body of a claim. */
export interface Claim {
  readonly jobId: string;
}
