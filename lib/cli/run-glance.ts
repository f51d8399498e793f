import type { RunRequest, WorkloadSpec } from '../contract/workload/workload.ts';
import type { ItemState } from '../ledger/entries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerReader } from '../ledger/reader.ts';
import type { StoredRun } from '../runs/stored-run.ts';
import type { Connection } from './context.ts';
import { lastEnd } from './output/took.ts';

/** How a run stands, in a word; `unread` where it is too large for a list. */
export type RunState =
  | 'running'
  | 'waiting'
  | 'done'
  | 'partial'
  | 'failed'
  | 'cancelled'
  | 'open'
  | 'unread'
  | 'never submitted'
  | 'not submitted';

export interface RunGlance {
  readonly state: RunState;
  /** Of the items that there are; undefined where they were not read. */
  readonly counts?: Readonly<Record<ItemState, number>>;
  readonly items: number;
  /** From its submission to its last item's end, or to now while it goes on; undefined where nothing of it was submitted. */
  readonly seconds?: number;
}

/** Of a larger run its own verbs tell: a list is there at once. */
const mostItems = 200_000;

/** Reads how a run stands. */
export async function glance(
  ports: Pick<Connection, 'store' | 'batch' | 'changes'>,
  run: StoredRun,
  spec: WorkloadSpec,
  now: Date,
): Promise<RunGlance> {
  const { rounds, request } = run;
  const isOpen = request.request.open === true;
  if (rounds.length === 0) return { state: isOpen ? 'open' : 'never submitted', items: request.items };
  const total = rounds.reduce((sum, plan) => sum + (plan.adds ?? 0), request.items);
  if (total > mostItems) return { state: 'unread', items: total };
  const reader = new LedgerReader(ports, { run, rounds, steps: spec.steps });
  const ledger = await reader.look();
  const meter = lastEnd();
  if (ledger.ended && ledger.isDetailed)
    for await (const row of ledger.rows.stream({ details: true })) meter.add(row);
  const state = stateOf(ledger);
  const end = ledger.ended ? (meter.end ?? Number.NaN) : now.getTime();
  const seconds = (end - Date.parse(request.createdAt)) / 1000;
  return {
    state,
    counts: ledger.counts,
    items: reader.items.length,
    ...(seconds >= 0 && state !== 'not submitted' ? { seconds } : {}),
  };
}

function stateOf({ counts, ended, rows, unsent }: Ledger): RunState {
  if (!ended && unsent.isAll) return 'not submitted';
  if (!ended) return counts.running > 0 ? 'running' : 'waiting';
  if (counts.failed + counts.blocked > 0) return 'failed';
  if (counts.cancelled > 0) return 'cancelled';
  if (counts.done === rows.length) return 'done';
  return counts.done + counts.partial === rows.length ? 'partial' : 'waiting';
}

/** What was asked for, in the words of a command line, but for what is so anyhow. */
export function askedText(spec: WorkloadSpec, request: RunRequest): string {
  const own = Object.entries(request.parameters)
    .filter(([name, value]) => spec.parameters.find(each => each.name === name)?.default !== value)
    .map(([name, value]) => `--${name} ${value}`);
  const numbers = (
    [
      ['shards', request.shards],
      ['items-per-shard', request.itemsPerShard],
      ['parallel', request.parallel],
      ['vcpus', request.vcpus],
      ['memory', request.memoryMiB],
      ['pool', request.pool],
    ] as const
  ).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  const sizes = Object.entries(request.sizes ?? {}).flatMap(([step, { vcpus, memoryMiB }]) => [
    ...(vcpus === undefined ? [] : [`--vcpus ${step}=${vcpus}`]),
    ...(memoryMiB === undefined ? [] : [`--memory ${step}=${memoryMiB}`]),
  ]);
  const rest = request.arguments?.length ? ['--', ...request.arguments] : [];
  return [...own, ...numbers, ...sizes, ...rest].join(' ');
}
