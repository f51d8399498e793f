import { env } from '../../lib/spec/env.ts';
import { exitCodes } from '../../lib/spec/exit-codes.ts';
import { doneKey, resultKey } from '../../lib/spec/keys.ts';
import type { AttemptRecord, ItemRecord } from '../../lib/spec/records.ts';
import type { Task } from '../../lib/spec/task.ts';
import type { MountSpec } from '../../lib/spec/workload.ts';
import { ShardFailure } from './failure.ts';
import { hostInfo } from './host.ts';
import { watchInterruption } from './interruption.ts';
import { openMounts } from './mounts/open-mounts.ts';
import { readShard, type Shard } from './read-shard.ts';
import { runItems } from './run-items.ts';
import { openScratch } from './scratch.ts';
import type { ContainerWorld } from './world.ts';

export interface ShardOptions {
  /** By step name. */
  readonly tasks: Readonly<Record<string, Task>>;
  readonly mounts: readonly MountSpec[];
  /** Between SIGTERM and SIGKILL of a tool, in ms; less than the 110 s that the host leaves us. */
  readonly graceMs?: number;
}

/** Does a shard of a run and answers the container's exit code. Every attempt leaves a record, whatever happens to it. */
export async function runShard(world: ContainerWorld, options: ShardOptions): Promise<number> {
  let shard: Shard | undefined;
  try {
    shard = await readShard(world);
  } catch (error) {
    world.log((error as Error).message);
    return error instanceof ShardFailure ? error.exitCode : exitCodes.outputFailed;
  }
  if (!shard) return exitCodes.ok;
  const startedAt = new Date().toISOString();
  const interruption = watchInterruption(world.environment, world.log);
  let items: readonly ItemRecord[] = [];
  let failure: ShardFailure | undefined;
  try {
    items = await work(world, options, shard, interruption.signal);
  } catch (error) {
    failure =
      error instanceof ShardFailure
        ? error
        : new ShardFailure(exitCodes.toolFailed, (error as Error)?.stack ?? String(error));
    world.log(failure.message);
  }
  interruption.stop();
  const exitCode = failure?.exitCode ?? shardExitCode(items, interruption.signal.aborted);
  const record: AttemptRecord = {
    version: 1,
    runId: shard.run.runId,
    step: shard.step,
    round: shard.round,
    shard: shard.shard,
    jobId: shard.jobId,
    attempt: shard.attempt,
    startedAt,
    endedAt: new Date().toISOString(),
    exitCode,
    ...(failure ? { reason: failure.message } : {}),
    host: await hostInfo(world.environment),
    ...(world.environment[env.image] ? { image: world.environment[env.image]! } : {}),
    items: failure
      ? shard.items.map(item => ({
          name: item.name,
          state: 'failed' as const,
          exitCode,
          reason: failure.message,
        }))
      : items,
  };
  return store(world, shard, record);
}

async function work(
  world: ContainerWorld,
  options: ShardOptions,
  shard: Shard,
  signal: AbortSignal,
): Promise<readonly ItemRecord[]> {
  const task = options.tasks[shard.step];
  if (!task) throw new ShardFailure(exitCodes.badJob, `this image has no task for step ${shard.step}`);
  const scratch = await openScratch(world, shard.jobId, shard.attempt);
  try {
    const mounts = await openMounts(world, options.mounts);
    try {
      return await runItems({
        world,
        shard,
        task,
        scratch: scratch.folder,
        mounts: mounts.folders,
        signal,
        graceMs: options.graceMs ?? 25_000,
      });
    } finally {
      await mounts.close();
    }
  } finally {
    await scratch.clean();
  }
}

/** The record first, the done marker last: what is marked done has its record. */
async function store(world: ContainerWorld, shard: Shard, record: AttemptRecord): Promise<number> {
  try {
    const body = JSON.stringify(record);
    await shard.store.put(resultKey(shard.run, shard), body, { contentType: 'application/json' });
    if (record.exitCode === exitCodes.ok)
      await shard.store.put(doneKey(shard.run, shard), body, {
        ifNoneMatch: true,
        contentType: 'application/json',
      });
    return record.exitCode;
  } catch (error) {
    world.log(`the record could not be stored: ${(error as Error).message}`);
    return exitCodes.outputFailed;
  }
}

function shardExitCode(items: readonly ItemRecord[], interrupted: boolean): number {
  if (items.every(item => item.state === 'done')) return exitCodes.ok;
  return interrupted ? exitCodes.interrupted : exitCodes.toolFailed;
}
