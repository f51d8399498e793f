import type { ItemRecord } from '../../../lib/contract/run/records.ts';
import type { Task } from '../../../lib/contract/workload/task.ts';
import type { TakeBytesIn } from '../bytes-in.ts';
import type { NodeWatch } from '../node-watch.ts';
import type { Shard } from '../read-shard.ts';
import type { ContainerWorld } from '../world.ts';

export interface ItemsInput {
  readonly world: ContainerWorld;
  readonly shard: Shard;
  readonly task: Task;
  /** Records of items that an earlier attempt has finished. */
  readonly done: ReadonlyMap<string, ItemRecord>;
  readonly scratch: string;
  readonly scratchBytes: number;
  readonly mounts: Readonly<Record<string, string>>;
  readonly takeBytesIn: TakeBytesIn;
  readonly signal: AbortSignal;
  readonly graceMs: number;
  /** On the main node of a multi-node parallel job. */
  readonly nodes?: NodeWatch;
}
