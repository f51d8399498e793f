import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from '../../lib/spec/env.ts';
import { exitCodes } from '../../lib/spec/exit-codes.ts';
import { outputsPrefix } from '../../lib/spec/keys.ts';
import type { ItemRecord } from '../../lib/spec/records.ts';
import type { Task, TaskContext, TaskResult } from '../../lib/spec/task.ts';
import type { Item } from '../../lib/spec/workload.ts';
import { runTool } from './exec.ts';
import { ShardFailure } from './failure.ts';
import { stage } from './mounts/stage.ts';
import type { Shard } from './read-shard.ts';
import { toolEnvironment } from './tool-environment.ts';
import { uploadPath } from './upload.ts';
import type { ContainerWorld } from './world.ts';

export interface ItemsInput {
  readonly world: ContainerWorld;
  readonly shard: Shard;
  readonly task: Task;
  readonly scratch: string;
  readonly mounts: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly graceMs: number;
}

/** Runs the task over the shard's items, one after the other (or once for all of them); a record for each item. */
export async function runItems(input: ItemsInput): Promise<readonly ItemRecord[]> {
  const { shard, signal } = input;
  if (shard.stepPlan.takes !== 'item') return runTogether(input);
  const records: ItemRecord[] = [];
  for (const item of shard.items) {
    const failed = records.some(record => record.state === 'failed');
    if (signal.aborted || (failed && shard.plan.onItemFailure === 'stop')) {
      records.push({
        name: item.name,
        state: 'not-started',
        reason: signal.aborted ? 'interrupted before it started' : 'an item before it failed',
      });
    } else records.push(await runOne(input, [item], item.name));
  }
  return records;
}

async function runTogether(input: ItemsInput): Promise<readonly ItemRecord[]> {
  const { items, step } = input.shard;
  const record = await runOne(input, items, step);
  // Outputs and memory are the shard's; they stand with its first item.
  const { outputs: _outputs, peakMemoryBytes: _peak, bytesOut: _bytes, ...rest } = record;
  return items.map((item, index) => ({ ...(index === 0 ? record : rest), name: item.name }));
}

async function runOne(input: ItemsInput, items: readonly Item[], name: string): Promise<ItemRecord> {
  const { world, shard, signal } = input;
  const startedAt = new Date().toISOString();
  const scratch = join(input.scratch, 'item');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  let peakMemoryBytes = 0;
  const log = (line: string): void => world.log(`[${name}] ${line}`);
  const environment = {
    ...toolEnvironment(world.environment),
    [env.item]: name,
    [env.itemLabels]: JSON.stringify(items[0]?.labels ?? {}),
    TMPDIR: scratch,
  };
  const context: TaskContext = {
    step: shard.step,
    items,
    parameters: shard.plan.parameters,
    arguments: shard.plan.arguments,
    scratch,
    mounts: input.mounts,
    environment,
    signal,
    exec: async (command, options = {}) => {
      const result = await runTool({
        command,
        cwd: options.cwd ?? scratch,
        environment: { ...environment, ...options.environment },
        signal,
        graceMs: input.graceMs,
        onLine: log,
      });
      peakMemoryBytes = Math.max(peakMemoryBytes, result.peakMemoryBytes ?? 0);
      return result;
    },
    outputPrefix: outputsPrefix(shard.run, name),
    download: (prefix, folder) => stage(shard.store, prefix, '', folder),
    upload: (path, key) => uploadPath(shard.store, path, key),
    log,
  };
  const result = await input.task.run(context).catch(failed);
  if (result.exitCode !== 0 && !signal.aborted) log(result.reason ?? `exit code ${result.exitCode}`);
  const bytesOut = (result.outputs ?? []).reduce((sum, output) => sum + output.bytes, 0);
  return {
    name,
    state: result.exitCode === 0 ? 'done' : signal.aborted ? 'interrupted' : 'failed',
    exitCode: result.exitCode,
    ...(result.reason ? { reason: result.reason } : {}),
    startedAt,
    endedAt: new Date().toISOString(),
    ...(peakMemoryBytes > 0 ? { peakMemoryBytes } : {}),
    ...(result.bytesIn === undefined ? {} : { bytesIn: result.bytesIn }),
    bytesOut,
    ...(result.outputs ? { outputs: result.outputs } : {}),
  };
}

function failed(error: unknown): TaskResult {
  if (error instanceof ShardFailure) return { exitCode: error.exitCode, reason: error.message };
  return { exitCode: exitCodes.toolFailed, reason: (error as Error)?.message ?? String(error) };
}
