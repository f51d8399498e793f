import { doneKey, recordName, resultKey } from '../../lib/contract/run/keys.ts';
import { encodeOutcome } from '../../lib/contract/run/outcome.ts';
import type { AttemptRecord, DoneMarker, ItemRecord } from '../../lib/contract/run/records.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { Task } from '../../lib/contract/workload/task.ts';
import type { MountSpec } from '../../lib/contract/workload/workload.ts';
import { ShardFailure } from './failure.ts';
import { inPlace } from './in-place.ts';
import { nodeOf, watchNodes } from './node-watch.ts';
import { identify, laneOf, readShard, type Shard, type ShardIdentity } from './read-shard.ts';
import { type ItemsResult, runItems, withWhy } from './run-items.ts';
import { countTowardsLimits, refuseBeyondLimit } from './run-limits.ts';
import { doneBefore } from './task/earlier-attempts.ts';
import type { ContainerWorld } from './world.ts';

export interface ShardOptions {
  /** By step name. */
  readonly tasks: Readonly<Record<string, Task>>;
  readonly mounts: readonly MountSpec[];
  /** Of steps whose kind has others. */
  readonly mountsOf?: Readonly<Record<string, readonly MountSpec[]>>;
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
    let scratchPeakBytes = 0;
    try {
      shard = await readShard(identity, world.log);
      if (!shard) return exitCodes.ok;
      result = await work(world, options, shard, signal, bytes => {
        scratchPeakBytes = bytes;
      });
    } catch (error) {
      result = failedAsAWhole(error, shard, signal);
      world.log(result.reason ?? '');
    }
    // The job is the main node's: the others have done theirs when they exit with 0.
    if (nodeOf(world)?.main === false) return result.exitCode;
    const record = await recordOf(world, identity, startedAt, result, shard, scratchPeakBytes);
    if (shard) await countTowardsLimits(shard, record).catch(limitsUnknown(world));
    const soft = (shard?.stepPlan.soft ?? false) && !world.environment[env.holds];
    const names = shard?.items.map(({ name }) => name) ?? [];
    return await store(world, identity, record, { names, soft });
  } catch (error) {
    // Not even which shard this is could be made out.
    world.log((error as Error).message);
    return error instanceof ShardFailure ? error.exitCode : exitCodes.badJob;
  } finally {
    interruption.stop();
  }
}

/** What cannot be counted is told: the work itself is done, and its record still has to be stored. */
const limitsUnknown =
  (world: ContainerWorld) =>
  (error: Error): void =>
    void world.log(`this attempt does not count towards the run's limits: ${error.message}`);

async function work(
  world: ContainerWorld,
  options: ShardOptions,
  shard: Shard,
  signal: AbortSignal,
  onScratchPeak: (bytes: number) => void,
): Promise<ItemsResult> {
  const task = options.tasks[shard.step];
  if (!task) throw new ShardFailure(exitCodes.badJob, `this image has no task for step ${shard.step}`);
  await refuseBeyondLimit(shard);
  const done = await doneBefore(shard);
  const { jobId, attempt, items } = shard;
  const mounts = options.mountsOf?.[shard.step] ?? options.mounts;
  const needs = { jobId, attempt, mounts, items: items.map(item => item.name), signal, onScratchPeak };
  const node = nodeOf(world);
  const nodes = node?.main && node.count > 1 ? watchNodes(world, shard.jobId, node) : undefined;
  const either = nodes ? { nodes, signal: AbortSignal.any([signal, nodes.signal]) } : { signal };
  try {
    const result = await inPlace(world, needs, place =>
      runItems({ world, shard, task, done, ...place, ...either, graceMs: options.graceMs ?? 25_000 }),
    );
    const failure = signal.aborted ? undefined : nodes?.failure();
    if (failure) throw failure;
    return result;
  } finally {
    nodes?.stop();
  }
}

/** Something around the items failed: all of them share its exit code and reason. */
function failedAsAWhole(error: unknown, shard: Shard | undefined, signal: AbortSignal): ItemsResult {
  const interrupted = signal.aborted;
  const said = error instanceof Error ? error.message : String(error);
  const reason = interrupted ? withWhy(signal, said) : said;
  const exitCode = interrupted
    ? exitCodes.interrupted
    : error instanceof ShardFailure
      ? error.exitCode
      : exitCodes.toolFailed;
  const state = interrupted ? 'interrupted' : exitCode === exitCodes.runStopped ? 'not-started' : 'failed';
  const record = { state, exitCode, reason } as const;
  if (shard && shard.stepPlan.takes !== 'item')
    return { whole: { name: shard.step, ...record }, exitCode, reason };
  const items = (shard?.items ?? []).map((item): ItemRecord => ({ name: item.name, ...record }));
  return { items, exitCode, reason };
}

async function recordOf(
  world: ContainerWorld,
  { run, step, round, shard, jobId, attempt }: ShardIdentity,
  startedAt: string,
  { exitCode, reason, items, whole }: ItemsResult,
  known: Shard | undefined,
  scratchPeakBytes: number,
): Promise<AttemptRecord> {
  const image = world.environment[env.image];
  return {
    version: 2,
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
    host: await world.host(),
    ...(image ? { image } : {}),
    ...(known ? { lane: laneOf(known) } : {}),
    ...(scratchPeakBytes > 0 ? { scratchPeakBytes } : {}),
    ...(items ? { items } : {}),
    ...(whole ? { whole } : {}),
  };
}

/**
 * The record first, the done marker last: what is marked done has its record. A soft step's job has done its part when the
 * record is stored, whatever tools have made of it: the record tells, and what waits for its end goes on.
 */
async function store(
  world: ContainerWorld,
  shard: ShardIdentity,
  record: AttemptRecord,
  { names, soft }: { readonly names: readonly string[]; readonly soft: boolean },
): Promise<number> {
  try {
    const partial = record.whole?.partial ?? record.items?.some(item => item.partial) ?? false;
    // What is done whole says all by its marker.
    const isDone = record.exitCode === exitCodes.ok && !partial;
    const told = { partial, outcome: isDone ? undefined : encodeOutcome(record, names) };
    const json = { contentType: 'application/json' };
    await shard.store.put(resultKey(shard.run, shard, told), JSON.stringify(record), json);
    if (record.exitCode === exitCodes.ok) {
      const marker: DoneMarker = { record: recordName(shard, told) };
      await shard.store.put(doneKey(shard.run, shard), JSON.stringify(marker), {
        ...json,
        ifNoneMatch: true,
      });
    }
    return soft && record.exitCode === exitCodes.toolFailed ? exitCodes.ok : record.exitCode;
  } catch (error) {
    world.log(`the record could not be stored: ${(error as Error).message}`);
    return record.exitCode === exitCodes.ok ? exitCodes.outputFailed : record.exitCode;
  }
}
