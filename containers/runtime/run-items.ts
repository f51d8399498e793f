import { join } from 'node:path';
import { madeKey } from '../../lib/contract/run/keys.ts';
import type { ItemRecord } from '../../lib/contract/run/records.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { ItemEnd, TaskResult } from '../../lib/contract/workload/task.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { emptyFolder } from './empty-folder.ts';
import { ShardFailure } from './failure.ts';
import type { ItemsInput } from './task/items-input.ts';
import { taskContext } from './task/task-context.ts';

export type { ItemsInput } from './task/items-input.ts';

export interface ItemsResult {
  readonly items?: readonly ItemRecord[];
  /** Of a step that takes them together: one record for all. */
  readonly whole?: ItemRecord;
  /** The container's. */
  readonly exitCode: number;
  /** Of the shard as a whole, where its items do not tell. */
  readonly reason?: string;
}

/** Runs the task over the shard's items, one after the other (or once for all of them); a record for each item. */
export async function runItems(input: ItemsInput): Promise<ItemsResult> {
  if (input.shard.stepPlan.takes === 'item') {
    const outcomes = await runEach(input);
    return {
      items: outcomes.map(outcome => outcome.record),
      exitCode: shardExitCode(outcomes, input.signal.aborted),
    };
  }
  const outcome = await runTogether(input);
  const exitCode = shardExitCode([outcome], input.signal.aborted);
  return outcome.items ? { items: outcome.items, exitCode } : { whole: outcome.record, exitCode };
}

interface Outcome {
  readonly record: ItemRecord;
  /** The exit code is ours, not one that the tool happens to share with us. */
  readonly ours?: boolean;
  /** Another attempt would go on. */
  readonly again?: boolean;
  /** Of each of a shard's items, where its task knows. */
  readonly items?: readonly ItemRecord[];
}

async function runEach(input: ItemsInput): Promise<readonly Outcome[]> {
  const { shard, signal, done } = input;
  const outcomes: Outcome[] = [];
  for (const item of shard.items) {
    const before = done.get(item.name);
    const failed = outcomes.some(({ record }) => record.state === 'failed');
    if (before) outcomes.push({ record: before });
    else if (signal.aborted) outcomes.push(notStarted(item, beforeStart(signal)));
    else if (failed && shard.plan.onItemFailure === 'stop')
      outcomes.push(notStarted(item, 'an item before it failed'));
    else outcomes.push(await runOne(input, [item], item.name));
  }
  return outcomes;
}

const beforeStart = (signal: AbortSignal): string => withWhy(signal, 'interrupted before it started');

/** What stopped us goes before what came of it: a tool that was told to end says only that it has. */
export const withWhy = ({ reason }: AbortSignal, text: string): string =>
  typeof reason === 'string' && !text.includes(reason) ? `${reason}: ${text}` : text;

const notStarted = (item: Pick<Item, 'name'>, reason: string): Outcome => ({
  record: { name: item.name, state: 'not-started', reason },
});

async function runTogether(input: ItemsInput): Promise<Outcome> {
  const { items, step } = input.shard;
  if (input.signal.aborted) return notStarted({ name: step }, beforeStart(input.signal));
  return runOne(input, items, step);
}

async function runOne(input: ItemsInput, items: readonly Item[], name: string): Promise<Outcome> {
  const { signal } = input;
  const startedAt = input.world.now().toISOString();
  const scratch = join(input.scratch, 'item');
  await emptyFolder(scratch);
  const { context, used, tail } = taskContext(input, items, name, scratch);
  let ours = false;
  const result = await input.task.run(context).catch((error: unknown): TaskResult => {
    ours = error instanceof ShardFailure;
    const reason = error instanceof Error ? error.message : String(error);
    return { exitCode: error instanceof ShardFailure ? error.exitCode : exitCodes.toolFailed, reason };
  });
  if (result.exitCode !== 0) context.log(result.reason ?? `exit code ${result.exitCode}`);
  const { peakMemoryBytes, cpuSeconds } = used();
  const peak = Math.max(peakMemoryBytes, result.peakMemoryBytes ?? 0);
  const isDone = result.exitCode === 0 && !result.again;
  const state = isDone ? 'done' : signal.aborted || result.again ? 'interrupted' : 'failed';
  const lines = state === 'failed' ? tail() : [];
  const reason = isDone || !signal.aborted ? result.reason : withWhy(signal, result.reason ?? 'interrupted');
  const record: ItemRecord = {
    name,
    state,
    exitCode: result.exitCode,
    ...(result.partial ? { partial: true as const } : {}),
    ...(result.facts ? { facts: result.facts } : {}),
    ...(result.missing && result.missing.length > 0 ? { missing: result.missing.slice(0, 100) } : {}),
    ...(reason ? { reason } : {}),
    ...(lines.length > 0 ? { tail: lines } : {}),
    startedAt,
    endedAt: input.world.now().toISOString(),
    ...(peak > 0 ? { peakMemoryBytes: peak } : {}),
    ...(cpuSeconds > 0 ? { cpuSeconds } : {}),
    bytesIn: result.bytesIn ?? input.takeBytesIn(),
    bytesOut: result.bytesOut ?? (result.outputs ?? []).reduce((sum, output) => sum + output.bytes, 0),
    ...(result.outputs ? { outputs: result.outputs } : {}),
  };
  // A later step may ask what was made of it, whatever shard it was in.
  if (isDone && input.shard.stepPlan.feeds && context.node?.main !== false)
    await input.shard.store.put(madeKey(input.shard.run, input.shard.step, name), JSON.stringify(record));
  return {
    record,
    ours,
    ...(result.again ? { again: true } : {}),
    ...(result.items ? { items: endsOf(result.items, record, items) } : {}),
  };
}

/** A record each; an item that the task says nothing of shares the shard's end. */
function endsOf(ends: readonly ItemEnd[], shard: ItemRecord, items: readonly Item[]): readonly ItemRecord[] {
  const byName = new Map(ends.map(end => [end.name, end]));
  const { outputs: _outputs, facts: _facts, bytesIn: _bytes, bytesOut: _out, ...shared } = shard;
  return items.map(({ name }, index): ItemRecord => {
    const end = byName.get(name);
    const { exitCode = shard.exitCode ?? 0, reason, outputs, facts } = end ?? {};
    const state = exitCode === exitCodes.interrupted ? 'interrupted' : exitCode === 0 ? 'done' : 'failed';
    const { reason: _reason, missing: _missing, tail: _tail, ...common } = shared;
    return {
      ...common,
      name,
      state: end ? state : shard.state,
      exitCode,
      ...(reason ? { reason } : {}),
      // What is the shard's own stands with its first item.
      ...(index === 0 && shard.bytesIn !== undefined ? { bytesIn: shard.bytesIn } : {}),
      bytesOut: (outputs ?? []).reduce((sum, output) => sum + output.bytes, 0),
      ...(outputs ? { outputs } : {}),
      ...(facts ? { facts } : {}),
    };
  });
}

/** A reason of ours is told only where it is that of every failed item; what tools exit with never is. */
function shardExitCode(outcomes: readonly Outcome[], interrupted: boolean): number {
  if (outcomes.every(({ record }) => record.state === 'done')) return exitCodes.ok;
  if (interrupted || outcomes.some(outcome => outcome.again)) return exitCodes.interrupted;
  const codes = new Set(
    outcomes
      .filter(({ record }) => record.state === 'failed')
      .map(({ record, ours }) => (ours && record.exitCode) || exitCodes.toolFailed),
  );
  const [code = exitCodes.toolFailed] = codes;
  return codes.size === 1 ? code : exitCodes.toolFailed;
}
