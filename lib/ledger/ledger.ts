import { isCancelReason } from '../contract/run/claim.ts';
import type { OutputRecord } from '../contract/run/records.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import { explainExitCode } from '../contract/workload/exit-codes.ts';
import type { Item } from '../contract/workload/workload.ts';
import { mapLimit } from './map-limit.ts';
import { type LedgerPorts, readShards, type ShardState } from './read-shards.ts';

export type ItemState = 'done' | 'failed' | 'running' | 'waiting' | 'cancelled';

/** One item of a run, by its name, over all its rounds and steps. */
export interface LedgerRow {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly state: ItemState;
  /** The step that the state is about: the first that is not done, or the last. */
  readonly step: string;
  /** The newest round that has the item, from 0. */
  readonly round: number;
  /** Tries of its shards over all rounds. */
  readonly attempts: number;
  readonly exitCode?: number;
  readonly reason?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly peakMemoryBytes?: number;
  readonly outputs?: readonly OutputRecord[];
  readonly jobId?: string;
  readonly logStream?: string;
}

export interface Ledger {
  readonly rows: readonly LedgerRow[];
  readonly counts: Readonly<Record<ItemState, number>>;
  /** Items that are worked on now: a shard that runs does one after the other, unless its step takes them together. */
  readonly atWork: number;
  /** Whether nothing of the run can change any more without a retry. */
  readonly ended: boolean;
  /** Names of the items that are done, by step. */
  readonly doneByStep: Readonly<Record<string, ReadonlySet<string>>>;
}

/** Shards up to which every record is read unasked, for times and outputs of what is done. */
export const detailedShards = 2000;

/**
 * The ledger of a run: our records and done markers decide what is done; Batch says what is under way, and stands in
 * where a killed attempt left no record, and once it has forgotten the job, the log of state changes. With `outputs` every
 * record is read, however many there are: what is done says there what it has made.
 */
export async function readLedger(
  ports: LedgerPorts,
  rounds: readonly RoundPlan[],
  manifest: readonly Item[],
  { outputs = false }: { readonly outputs?: boolean } = {},
): Promise<Ledger> {
  const total = rounds.flatMap(plan => plan.steps).reduce((sum, step) => sum + step.shards, 0);
  const parts = rounds.flatMap(plan => plan.steps.map(step => ({ plan, step })));
  const shards = (
    await mapLimit(parts, 4, ({ plan, step }) =>
      readShards(ports, plan, step, outputs || total <= detailedShards),
    )
  ).flat();
  const oneByOne = new Set(parts.filter(({ step }) => step.takes === 'item').map(({ step }) => step.name));
  return foldLedger(shards, rounds[0]?.steps.map(step => step.name) ?? [], manifest, oneByOne);
}

/** Pure part: shards in the order of their rounds → one row an item. */
function foldLedger(
  shards: readonly ShardState[],
  steps: readonly string[],
  manifest: readonly Item[],
  oneByOne: ReadonlySet<string>,
): Ledger {
  const entries = new Map<string, Map<string, StepEntry>>(manifest.map(item => [item.name, new Map()]));
  for (const shard of shards) {
    for (const item of shard.items) {
      const byStep = entries.get(item.name);
      if (!byStep) continue;
      const before = byStep.get(shard.step);
      const entry = entryOf(shard, item.name);
      const attempts = (before?.attempts ?? 0) + shard.attempts;
      byStep.set(shard.step, before?.state === 'done' ? { ...before, attempts } : { ...entry, attempts });
    }
  }
  const rows = manifest.map(item => rowOf(item, steps, entries.get(item.name)!));
  const counts: Record<ItemState, number> = { done: 0, failed: 0, running: 0, waiting: 0, cancelled: 0 };
  for (const row of rows) counts[row.state]++;
  const doneByStep = Object.fromEntries(
    steps.map(step => [
      step,
      new Set(
        manifest.filter(item => entries.get(item.name)?.get(step)?.state === 'done').map(item => item.name),
      ),
    ]),
  );
  return {
    rows,
    counts,
    atWork: shards
      .filter(shard => !shard.done && isRunning(shard))
      .reduce((sum, { step, items }) => sum + (oneByOne.has(step) ? 1 : items.length), 0),
    ended: counts.running + counts.waiting === 0 && !shards.some(isUnderWay),
    doneByStep,
  };
}

type StepEntry = Omit<LedgerRow, 'name' | 'labels' | 'step'>;

function rowOf(item: Item, steps: readonly string[], byStep: ReadonlyMap<string, StepEntry>): LedgerRow {
  const step = steps.find(name => byStep.get(name)?.state !== 'done') ?? steps.at(-1) ?? '';
  const entry = byStep.get(step) ?? { state: 'waiting', round: 0, attempts: 0 };
  return { name: item.name, ...(item.labels ? { labels: item.labels } : {}), step, ...entry };
}

function entryOf(shard: ShardState, name: string): StepEntry {
  const found = shard.record?.items.find(item => item.name === name);
  const ended = isEnded(shard);
  const state =
    shard.done || found?.state === 'done' ? 'done' : stateOf(shard, found?.state === 'failed', ended);
  const exitCode = found?.exitCode ?? shard.record?.exitCode ?? shard.exitCode;
  // Why an item was interrupted, its container cannot know: a timeout, a cancel and a lost host are all SIGTERM to it.
  const own = found?.state === 'interrupted' && shard.ended ? shard.ended : found?.reason;
  // What is to be known of an item though it is done: a warning, or why it was skipped.
  const reason = state === 'done' ? found?.reason : reasonOf(shard, own, exitCode, ended);
  return {
    state,
    round: shard.round,
    attempts: shard.attempts,
    ...(exitCode === undefined || !(ended || state === 'done') ? {} : { exitCode }),
    ...(reason ? { reason } : {}),
    ...(found?.startedAt ? { startedAt: found.startedAt } : {}),
    ...(found?.endedAt ? { endedAt: found.endedAt } : {}),
    ...(found?.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: found.peakMemoryBytes }),
    ...(found?.outputs ? { outputs: found.outputs } : {}),
    ...(shard.jobId ? { jobId: shard.jobId } : {}),
    ...(shard.logStream ? { logStream: shard.logStream } : {}),
  };
}

function stateOf(shard: ShardState, hasFailed: boolean, ended: boolean): ItemState {
  if (shard.status === 'closed') return 'cancelled';
  // What had failed before the cancel came has failed.
  if (shard.ended && isCancelReason(shard.ended) && !hasFailed) return 'cancelled';
  if (ended) return 'failed';
  return isRunning(shard) ? 'running' : 'waiting';
}

function reasonOf(
  shard: ShardState,
  itemReason: string | undefined,
  exitCode: number | undefined,
  ended: boolean,
): string | undefined {
  if (!ended) return shard.status === 'RUNNING' ? undefined : shard.reason;
  if (itemReason) return itemReason;
  if (shard.record?.reason) return shard.record.reason;
  if (shard.reason) return shard.reason;
  if (shard.status === 'SUCCEEDED') return 'Batch says it succeeded, but it left no done marker';
  if (shard.status === 'forgotten') return 'Batch no longer knows the job, and it left no record';
  return exitCode === undefined ? undefined : (explainExitCode(exitCode) ?? `exit code ${exitCode}`);
}

/** Whether the shard's job has ended (or can never start). */
function isEnded(shard: ShardState): boolean {
  return (
    shard.status === 'SUCCEEDED' ||
    shard.status === 'FAILED' ||
    shard.status === 'forgotten' ||
    shard.status === 'closed'
  );
}

const isRunning = ({ status }: ShardState): boolean => status === 'RUNNING' || status === 'STARTING';
const isUnderWay = (shard: ShardState): boolean => !shard.done && !isEnded(shard);
