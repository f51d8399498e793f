import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { Checkpoint } from '../../lib/contract/workload/task.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import type { HostClock } from './settle.ts';
import type { Call } from './tool.ts';

/** What the tasks of this image work with: the contract's context, in the words of this workload. */
export interface VcfWorld {
  readonly runId: string;
  readonly items: readonly Item[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Of this attempt alone; also the tool's current folder. */
  readonly folder: string;
  readonly limits: { readonly vcpus: number; readonly memoryMiB: number };
  readonly clock: HostClock;
  readonly signal: AbortSignal;
  /** What --tiledb-config gets. */
  readonly config: readonly string[];
  readonly call: Call;
  /** Any bucket that the job's role opens. */
  store(bucket: string): ObjectStore;
  /** What is frozen with the run by a parameter; undefined where it is not. */
  file(parameter: string): Promise<Buffer | undefined>;
  /** By item; outlives attempts. Of another step: to be read. */
  checkpoint(item: string, step?: string): Checkpoint;
  /** Runs bcftools; answers its exit code. */
  bcftools(args: readonly string[], cwd: string): Promise<number>;
  log(line: string): void;
}
