import type { RunRef } from '../run/keys.ts';
import type { AttemptRecord } from '../run/records.ts';
import type { RoundPlan } from '../run/run.ts';
import type { Item } from '../workload/item.ts';
import type { ObjectStore } from './object-store.ts';
import type { BatchPort, Store } from './ports.ts';

/** What a single job of an open run asks for. */
export interface JobResources {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly market: 'spot' | 'on-demand';
  readonly timeoutSeconds?: number;
  readonly scratchGiB?: number;
  readonly image?: string;
  readonly pool?: string;
}

/** Jobs that ask for the same: a lane of their round. */
export interface JobGroup {
  readonly items: readonly Item[];
  readonly resources: JobResources;
}

/** A round that was submitted: the Batch jobs of its arrays, and which shards are in each. */
export interface SubmittedRound {
  readonly round: number;
  readonly arrays: readonly { readonly offset: number; readonly size: number; readonly jobId: string }[];
  /** Why some of its arrays were not: nobody will. */
  readonly failure?: Error;
}

/** A job of an open run: its round, and its shard there. */
export interface JobPlace {
  readonly round: number;
  readonly shard: number;
}

/** What the run's ledger says of a job that has ended. */
export interface EndedJob {
  readonly isDone: boolean;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly jobId?: string;
  readonly logStream?: string;
}

/** Which jobs of an open run have ended, and how: as the run's ledger has it, and by the same reader. */
export interface JobWatch {
  /** Takes in a round that an earlier caller has sent: its items as they are stored, a job each, and who has claimed its arrays. */
  add(plan: RoundPlan, items: Buffer, holderOf: (array: number) => string): Promise<void>;
  /** Learns which of these have ended, with `isNow` by Batch too, whenever it was asked last. */
  look(jobs: readonly JobPlace[], choice?: { readonly isNow?: boolean }): Promise<void>;
  /** As far as was looked. */
  ended(job: JobPlace): EndedJob | undefined;
  /** The record that an ended job's newest attempt has left. */
  recordOf(job: JobPlace): Promise<AttemptRecord | undefined>;
}

/** A run that takes jobs while it goes on. */
export interface OpenRunPorts {
  readonly run: RunRef;
  readonly store: Store;
  readonly batch: BatchPort;
  /** The output bucket, and any other. */
  readonly objects: ObjectStore;
  readonly objectsOf: (bucket: string) => ObjectStore;
  /** The last lines of a container's log; none where there is no log. */
  readonly tail: (logStream: string) => Promise<string>;
  /** Where uploads of large files are remembered. */
  readonly resumeFolder: string;
  /** Throws LabError for what no host could hold. */
  readonly check: (resources: JobResources) => void;
  /** Plans, stores and submits one round; shards are the groups' items, one after the other. */
  readonly submitRound: (round: number, groups: readonly JobGroup[]) => Promise<SubmittedRound>;
  /** About the rounds that this one has submitted, and that were added. */
  readonly watch: JobWatch;
  /** Between two looks, in ms: at first, and where nothing ends for long. */
  readonly tickMs: { readonly first: number; readonly most: number };
}
