import type { Missing, OutputRecord } from '../run/records.ts';
import type { Item, PlacePort } from './workload.ts';

/** What a container's task gets for one item (or, where the step takes a shard, for all of them). */
export interface TaskContext {
  readonly step: string;
  readonly items: readonly Item[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
  /** An empty folder of this attempt's own on the scratch volume; removed afterwards. */
  readonly scratch: string;
  /** Where each mount is, by its path in the spec: `/data_in` → the folder to use. */
  readonly mounts: Readonly<Record<string, string>>;
  /** The container's environment without our credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted at SIGTERM, a spot notice or a timeout. */
  readonly signal: AbortSignal;
  /** Runs a tool: its output goes to the log with the item's name. Never throws for a failing tool. */
  exec(command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Where this item's outputs belong, `/` at the end: `runs/<workload>/<runId>/outputs/<item>/`. */
  readonly outputPrefix: string;
  /** Whether the output bucket has this key. */
  exists(key: string): Promise<boolean>;
  /** A script that was frozen with the run, by its parameter; what was submitted, or the shard ends. */
  file(parameter: string): Promise<{ readonly name: string; readonly path: string } | undefined>;
  /** Downloads what is below a prefix of the output bucket to the same place below a folder; answers bytes. */
  download(prefix: string, folder: string): Promise<number>;
  /** Uploads a file or a folder's files below `prefix`, verified; answers what was stored. */
  upload(path: string, key: string): Promise<readonly OutputRecord[]>;
  /** Stores what a failed attempt wrote below `failed/<item>/`, up to a limit, and says so in the log. */
  keepFailed(paths: readonly string[]): Promise<void>;
  log(line: string): void;
  /** A place of the workload, with the rights that the kind has there. Throws where lab.config.ts gives none. */
  place(name: string): TaskPlace;
  /** What the item's task has written down: outlives attempts, rounds and another cut into shards. By an earlier step: to be read. */
  checkpoint(item: string, step?: string): Checkpoint;
  /** What an earlier step has made of an item, or undefined where it has not done it. */
  outputsOf(item: string, step: string): Promise<readonly OutputRecord[] | undefined>;
  /** The fields of a secret that the kind has. Throws where nobody has filled it. */
  secret(name: string): Promise<Readonly<Record<string, string>>>;
  readonly limits: Limits;
  /** Of a multi-node parallel job. */
  readonly node?: NodeContext;
  now(): Date;
}

/** Which node of a multi-node parallel job this is. Each runs the task; what the main one answers is the job's. */
export interface NodeContext {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  readonly main: boolean;
  /** The main node's private IPv4 address; the main node has none of itself. */
  readonly mainAddress?: string;
  /**
   * On the main node: resolves when the others have done their part, and rejects where one has failed. Once the main node
   * has ended, Batch stops the others wherever they are.
   */
  othersDone(): Promise<void>;
}

/** With the rights that the kind has there. */
export type TaskPlace = PlacePort;

export interface Checkpoint {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** What the container has. */
export interface Limits {
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** That the attempt may fill. */
  readonly scratchBytes: number;
}

export interface ExecOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Sees each line of the log. */
  onLine?(line: string): void;
  /** `role`: the tool may be what the job is, where its kind says so (`toolCredentials`). @default none */
  readonly credentials?: 'role';
}

export interface ExecResult {
  readonly exitCode: number;
  readonly signal?: string;
  readonly peakMemoryBytes?: number;
  /** CPU time of the command and its children, in seconds; a sample, twice a second. */
  readonly cpuSeconds?: number;
}

export interface TaskResult {
  readonly exitCode: number;
  readonly reason?: string;
  readonly outputs?: readonly OutputRecord[];
  /** Another attempt would go on: exit code 75, which Batch tries again while attempts are left. */
  readonly again?: true;
  readonly partial?: true;
  readonly facts?: Readonly<Record<string, number | string>>;
  readonly missing?: readonly Missing[];
  /** Of a task that takes a shard and knows what became of each of its items: a record each, in place of one for all. */
  readonly items?: readonly ItemEnd[];
  /** Where the task reads and writes by itself: else what was downloaded or read from mounts, and what `outputs` say. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** Where the task knows more than what `exec` has seen. */
  readonly peakMemoryBytes?: number;
}

/** What became of one item of a shard. */
export interface ItemEnd extends Pick<TaskResult, 'exitCode' | 'reason' | 'outputs' | 'facts'> {
  readonly name: string;
}

/** The work of a workload, by step. */
export interface Task {
  run(context: TaskContext): Promise<TaskResult>;
}
