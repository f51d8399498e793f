import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShardOptions } from '../../containers/runtime/run-shard.ts';
import type { TaskContext, TaskResult } from '../../lib/contract/workload/task.ts';

/** What a container is given whose work of one item, or of one shard, is `run`. */
export const options = (run: (context: TaskContext) => Promise<TaskResult>): ShardOptions => ({
  tasks: { run: { run } },
  mounts: [],
  graceMs: 200,
});

/** Uploads a file that holds the item's name. */
export const copy = options(async context => {
  const path = join(context.scratch, 'name');
  writeFileSync(path, context.items[0]!.name);
  return { exitCode: 0, outputs: await context.upload(path, `${context.outputPrefix}name`), bytesIn: 5 };
});

/** Runs a script whose `$1` is the item's name. */
export const shell = (script: string): ShardOptions =>
  options(async context => context.exec(['bash', '-c', script, 'tool', context.items[0]!.name]));

export const named = (...names: string[]) => names.map(name => ({ name }));
