import { doneKey, resultKey } from '../../lib/contract/run/keys.ts';
import type { AttemptRecord, ItemRecord } from '../../lib/contract/run/records.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { Task } from '../../lib/contract/workload/task.ts';
import type { MountSpec } from '../../lib/contract/workload/workload.ts';
import { doneBefore } from './earlier-attempts.ts';
import { ShardFailure } from './failure.ts';
import { hostInfo } from './host.ts';
import { inPlace } from './in-place.ts';
import { identify, readShard, type Shard, type ShardIdentity } from './read-shard.ts';
import { type ItemsResult, runItems } from './run-items.ts';
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
  const startedAt = world.now().toISOString();
  const interruption = world.interruption();
  const { signal } = interruption;
  try {
    const identity = identify(world);
    let shard: Shard | undefined;
    let result: ItemsResult;
    try {
      shard = await readShard(identity, world.log);
      if (!shard) return exitCodes.ok;
      result = await work(world, options, shard, signal);
    } catch (error) {
      result = failedAsAWhole(error, shard, signal.aborted);
      world.log(result.reason ?? '');
    }
    return await store(world, identity, await recordOf(world, identity, startedAt, result));
  } catch (error) {
    // Not even which shard this is could be made out.
    world.log((error as Error).message);
    return error instanceof ShardFailure ? error.exitCode : exitCodes.badJob;
  } finally {
    interruption.stop();
  }
}

async function work(
  world: ContainerWorld,
  options: ShardOptions,
  shard: Shard,
  signal: AbortSignal,
): Promise<ItemsResult> {
  const task = options.tasks[shard.step];
  if (!task) throw new ShardFailure(exitCodes.badJob, `this image has no task for step ${shard.step}`);
  const done = await doneBefore(shard);
  const { jobId, attempt, items } = shard;
  const needs = { jobId, attempt, mounts: options.mounts, items: items.map(item => item.name), signal };
  return inPlace(world, needs, place =>
    runItems({ world, shard, task, done, ...place, signal, graceMs: options.graceMs ?? 25_000 }),
  );
}

/** Something around the items failed: all of them share its exit code and reason. */
function failedAsAWhole(error: unknown, shard: Shard | undefined, interrupted: boolean): ItemsResult {
  const reason = error instanceof Error ? error.message : String(error);
  const exitCode = interrupted
    ? exitCodes.interrupted
    : error instanceof ShardFailure
      ? error.exitCode
      : exitCodes.toolFailed;
  const state = interrupted ? 'interrupted' : 'failed';
  const items = (shard?.items ?? []).map(
    (item): ItemRecord => ({ name: item.name, state, exitCode, reason }),
  );
  return { items, exitCode, reason };
}

async function recordOf(
  world: ContainerWorld,
  { run, step, round, shard, jobId, attempt }: ShardIdentity,
  startedAt: string,
  { exitCode, reason, items }: ItemsResult,
): Promise<AttemptRecord> {
  const image = world.environment[env.image];
  return {
    version: 1,
    runId: run.runId,
    step,
    round,
    shard,
    jobId,
    attempt,
    startedAt,
    endedAt: world.now().toISOString(),
    exitCode,
    ...(reason ? { reason } : {}),
    host: await hostInfo(world.environment),
    ...(image ? { image } : {}),
    items,
  };
}

/** The record first, the done marker last: what is marked done has its record. */
async function store(world: ContainerWorld, shard: ShardIdentity, record: AttemptRecord): Promise<number> {
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
    return record.exitCode === exitCodes.ok ? exitCodes.outputFailed : record.exitCode;
  }
}
