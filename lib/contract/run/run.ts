import type { Edge, FrozenFile, RunRequest } from '../workload/request.ts';

/** `request.json`: written first, so that a run exists before any job of it does. */
export interface StoredRequest {
  readonly version: 2;
  readonly runId: string;
  readonly lab: string;
  readonly request: RunRequest;
  readonly items: number;
  readonly createdAt: string;
  /** Of the lab's repository when it was submitted, `-dirty` at its end where files were changed; where there is git. */
  readonly commit?: string;
}

/** One pass over what is not done: `rounds/<n>/plan.json`. Small: containers read it whole. */
export interface RoundPlan {
  readonly version: 2;
  readonly workload: string;
  readonly runId: string;
  readonly lab: string;
  readonly round: number;
  readonly createdAt: string;
  /** What was asked for in this round: a retry's changes hold for the rounds after it. */
  readonly request: RunRequest;
  readonly parameters: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
  readonly files?: Readonly<Record<string, FrozenFile>>;
  readonly onItemFailure: 'continue' | 'stop';
  /** Of an open run: how many items the round adds to the run's, in `rounds/<n>/adds`. */
  readonly adds?: number;
  /** What stops the round before its items end. */
  readonly limits?: RunLimits;
  /** Items that go first: the others wait until these are done. */
  readonly canary?: readonly string[];
  /** In an order in which each step comes after those it depends on. */
  readonly steps: readonly PlannedStep[];
  /** Name and total of the consumable resource that caps how many shards run at once. */
  readonly parallel?: { readonly resource: string; readonly total: number };
}

export interface RunLimits {
  /** Items that may fail. */
  readonly maxFails?: number;
  /** USD that the jobs of all rounds may take, by the lanes' prices. */
  readonly maxUsd?: number;
}

export interface PlannedStep {
  readonly name: string;
  readonly takes: 'item' | 'shard' | 'run';
  /** To the steps of the same round. */
  readonly dependsOn: readonly Edge[];
  /** A step waits for its end alone: what tools make of it is in the records, and its jobs succeed. */
  readonly soft?: true;
  /** Whether a later step may ask what it has made of an item. */
  readonly feeds?: true;
  readonly items: number;
  readonly shards: number;
  readonly itemsKey: string;
  readonly indexKey: string;
  readonly lanes: readonly Lane[];
  readonly arrays: readonly PlannedArray[];
}

/** Where and how the jobs of some arrays run. */
export interface Lane {
  readonly pool: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
  /** Free on the host before a job begins; its definition's without it. */
  readonly scratchGiB?: number;
  /** What an hour of a job is reckoned at, where the run has a limit in USD. */
  readonly usdPerHour?: number;
  /** Of a multi-node parallel job: as many hosts. */
  readonly nodes?: number;
}

/** One SubmitJob. */
export interface PlannedArray {
  readonly array: number;
  /** First shard. */
  readonly offset: number;
  /** Shards; 1 is a plain job. */
  readonly size: number;
  readonly jobName: string;
  /** Of the canary: its jobs fail where a tool does, even in a step whose jobs else succeed whatever tools make of it. */
  readonly holds?: true;
  /** Index into the step's lanes. */
  readonly lane: number;
  /** Arrays of this round that it waits for. */
  readonly after: readonly ArrayRef[];
}

/** `each`: child by child (N_TO_N). */
export interface ArrayRef {
  readonly step: string;
  readonly array: number;
  readonly each?: true;
}

/** Body of a claim. */
export interface Claim {
  readonly jobId: string;
}
