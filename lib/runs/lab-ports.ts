import type { ObjectStore } from '../contract/ports/object-store.ts';
import type { BatchPort, Secrets, StateChanges, Store } from '../contract/ports/ports.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import type { StackMap } from '../contract/workload/metadata.ts';

/** A lab that is deployed (or its twin), as far as runs need it. */
export interface LabPorts {
  readonly store: Store;
  readonly storeOf: (bucket: string) => Store;
  /** A bucket of a place, in its region. */
  readonly placeStoreOf: (bucket: string, region?: string) => ObjectStore;
  readonly batch: BatchPort;
  readonly secrets: Secrets;
  readonly changes: StateChanges;
  readonly deployment: { readonly outputBucket: string; readonly map: StackMap };
}

/** Where and when a submission is made, and who may stop it. */
export interface RunWorld {
  readonly config: LabConfig;
  now(): Date;
  /** Six hex digits. */
  seed(): string;
  readonly signal: AbortSignal;
  progress(line: string): void;
  /** USD that an hour of a job of this size is reckoned at in this pool; undefined where no price is known. */
  usdPerHour?(pool: string, size: { readonly vcpus: number; readonly memoryMiB: number }): number | undefined;
  /** Of the lab's repository, for the record; undefined where there is none. */
  commit?(): Promise<string | undefined>;
}
