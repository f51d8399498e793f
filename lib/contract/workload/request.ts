/** Memory in MiB, time in seconds, as Batch counts them. */
export interface Resources {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
}

/**
 * When a step's jobs may start: `done`, all of the other step is well; `each`, the same shard of it is well (N_TO_N);
 * `ended`, all of it is over, whatever became of it.
 */
export type When = 'done' | 'each' | 'ended';

export interface Edge {
  readonly step: string;
  readonly when: When;
}

export const edgeOf = (edge: string | Edge): Edge =>
  typeof edge === 'string' ? { step: edge, when: 'done' } : edge;

/** A file as it was when the run was submitted. */
export interface FrozenFile {
  /** Its name, which may have folders of `config/` in it. */
  readonly name: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** What a person asked for, frozen as `request.json`. */
export interface RunRequest {
  readonly workload: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly shards?: number;
  readonly itemsPerShard?: number;
  /** What is asked for the main steps (see StepSpec). */
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly timeoutSeconds?: number;
  readonly attempts?: number;
  /** What is asked for one step: `--memory store=60GiB`. */
  readonly sizes?: Readonly<Record<string, Partial<Resources>>>;
  readonly pool?: string;
  /** A name that the user gave the run. */
  readonly name?: string;
  /** Jobs are added while it goes on. */
  readonly open?: true;
  /** How many items may fail, as a number or a part of all: `20`, `5%`; the run is stopped beyond. */
  readonly maxFails?: string;
  /** USD that its jobs may take; the run is stopped beyond. */
  readonly maxUsd?: number;
  /** First, last and one item between go first, and hold the rest; six hexadecimal digits that pick the one. */
  readonly canary?: string;
  /** How many shards may run at once; a Batch consumable resource. */
  readonly parallel?: number;
  /** Scripts that are frozen with the run, by parameter. */
  readonly files?: Readonly<Record<string, FrozenFile>>;
  /** Extra arguments for the tool, after `--`. */
  readonly arguments?: readonly string[];
}
