import type { OutputRecord } from '../run/records.ts';
import type { Item } from './workload.ts';

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
  /** What the container may take of its host. */
  readonly limits: { readonly vcpus: number; readonly memoryMiB: number };
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
}

export interface ExecOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Sees each line of the log. */
  onLine?(line: string): void;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly signal?: string;
  readonly peakMemoryBytes?: number;
}

export interface TaskResult {
  readonly exitCode: number;
  readonly reason?: string;
  readonly outputs?: readonly OutputRecord[];
  readonly bytesIn?: number;
  /** Where the task knows more than what `exec` has seen. */
  readonly peakMemoryBytes?: number;
}

/** The work of a workload, by step. */
export interface Task {
  run(context: TaskContext): Promise<TaskResult>;
}
