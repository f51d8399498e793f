import { createHash } from 'node:crypto';
import type { StateChanges, Store } from '../contract/ports/ports.ts';
import { manifestKey } from '../contract/run/keys.ts';
import type { AttemptRecord } from '../contract/run/records.ts';
import type { RoundPlan, StoredRequest } from '../contract/run/run.ts';
import { readAttempts } from '../ledger/attempts.ts';
import type { Ledger, LedgerRow } from '../ledger/ledger.ts';
import type { CauseGroup } from './causes.ts';
import { type GanttColumns, ganttColumns } from './gantt.ts';
import type { PriceTable } from './prices.ts';
import { type StepSizes, sizeCount } from './sizes.ts';
import { unrecordedAttempts } from './unrecorded.ts';
import { type PoolOf, type Usage, usageCount } from './usage.ts';

/** What a run has come to, as the page shows it. Everything of it is stored with the run: Batch may have forgotten it. */
export interface RunFacts {
  readonly run: string;
  readonly title: string;
  readonly noun: { readonly one: string; readonly many: string };
  readonly name?: string;
  readonly lab: string;
  readonly region: string;
  readonly createdAt: string;
  /** Of the last attempt that left a record. */
  readonly lastAt?: string;
  readonly ended: boolean;
  readonly rounds: number;
  readonly counts: Ledger['counts'];
  readonly steps: Ledger['steps'];
  readonly items: ItemColumns;
  readonly gantt: GanttColumns;
  /** Attempts whose times nobody has kept: they are in no sum. */
  readonly unknownAttempts: number;
  readonly usage: Usage;
  readonly sizes: readonly StepSizes[];
  readonly prices: Pick<PriceTable, 'date' | 'region' | 'source'>;
  readonly provenance: Provenance;
}

/** A column each, an item a place. */
export interface ItemColumns {
  readonly names: readonly string[];
  readonly states: readonly LedgerRow['state'][];
  readonly steps: readonly string[];
  readonly attempts: readonly number[];
  /** Seconds, of what has begun and ended. */
  readonly seconds: readonly (number | null)[];
  /** MiB. */
  readonly memory: readonly (number | null)[];
  readonly reasons: readonly string[];
  /** Place of each item's reason in `reasons`, or -1. */
  readonly reasonOf: readonly number[];
}

export interface Provenance {
  readonly workload: string;
  readonly version: string;
  /** Of the lab's repository at the submission; ends in `-dirty` where files were changed. */
  readonly commit?: string;
  readonly manifestSha256: string;
  readonly images: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

export interface FactsInput {
  readonly store: Store;
  readonly request: StoredRequest;
  readonly rounds: readonly RoundPlan[];
  readonly ledger: Ledger;
  readonly title: string;
  readonly noun: RunFacts['noun'];
  readonly region: string;
  readonly version: string;
  readonly prices: PriceTable;
  readonly poolOf: PoolOf;
  readonly changes: StateChanges;
  /** Says how many records were read. */
  readonly progress: (records: number) => void;
}

/** Reads what is stored of a run beside its ledger: every attempt's record once, none of them kept. */
export async function readFacts(input: FactsInput): Promise<RunFacts> {
  const { store, request, rounds, ledger, prices } = input;
  const usage = usageCount(prices, input.poolOf);
  const sizes = sizeCount();
  const gantt = ganttColumns();
  const images = new Set<string>();
  let lastAt = '';
  let read = 0;
  const take = (record: AttemptRecord): void => {
    usage.add(record);
    sizes.add(record);
    gantt.add(record);
    if (record.image) images.add(record.image);
    if (record.endedAt > lastAt) lastAt = record.endedAt;
    if (++read % 1000 === 0) input.progress(read);
  };
  const unrecorded = unrecordedAttempts();
  const see = (record: AttemptRecord): void => {
    if (unrecorded.has(record.round, record.step, record.shard, record.attempt)) return;
    unrecorded.add(record);
    take(record);
  };
  const items = await itemColumns(ledger, see);
  // What the rows did not need: of earlier rounds, of attempts before the last, of what has failed.
  for await (const record of readAttempts(store, rounds, { isKnown: unrecorded.has })) see(record);
  const rest = await unrecorded.rest(ledger, input.changes);
  for (const record of rest.records) take(record);
  const { runId, lab, createdAt } = request;
  const last = rounds.at(-1);
  return {
    run: runId,
    title: input.title,
    noun: input.noun,
    ...(request.request.name ? { name: request.request.name } : {}),
    lab,
    region: input.region,
    createdAt,
    ...(lastAt ? { lastAt } : {}),
    ended: ledger.ended,
    rounds: rounds.length,
    counts: ledger.counts,
    steps: ledger.steps,
    items,
    gantt: gantt.columns(),
    unknownAttempts: rest.unknown,
    usage: usage.usage(),
    sizes: sizes.sizes(),
    prices: { date: prices.date, region: prices.region, source: prices.source },
    provenance: {
      workload: request.request.workload,
      version: input.version,
      ...(request.commit ? { commit: request.commit } : {}),
      manifestSha256: await manifestHash(store, { workload: request.request.workload, runId }),
      images: [...images].sort(),
      parameters: last?.parameters ?? request.request.parameters,
      arguments: last?.arguments ?? [],
      files: Object.fromEntries(
        Object.entries(last?.files ?? {}).map(([parameter, file]) => [parameter, file.sha256]),
      ),
    },
  };
}

async function manifestHash(
  store: Store,
  run: { readonly workload: string; readonly runId: string },
): Promise<string> {
  const body = await store.get(manifestKey(run));
  return createHash('sha256')
    .update(body ?? '')
    .digest('hex');
}

async function itemColumns({ rows }: Ledger, see: (record: AttemptRecord) => void): Promise<ItemColumns> {
  const reasons = new Map<string, number>();
  const columns = {
    names: [] as string[],
    states: [] as LedgerRow['state'][],
    steps: [] as string[],
    attempts: [] as number[],
    seconds: [] as (number | null)[],
    memory: [] as (number | null)[],
    reasonOf: [] as number[],
  };
  for await (const row of rows.stream({ details: true, see })) {
    const { name, state, step, attempts, startedAt, endedAt, peakMemoryBytes, reason } = row;
    columns.names.push(name);
    columns.states.push(state);
    columns.steps.push(step);
    columns.attempts.push(attempts);
    columns.seconds.push(
      startedAt && endedAt ? Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000) : null,
    );
    columns.memory.push(peakMemoryBytes ? Math.round(peakMemoryBytes / 2 ** 20) : null);
    if (reason && !reasons.has(reason)) reasons.set(reason, reasons.size);
    columns.reasonOf.push(reason ? reasons.get(reason)! : -1);
  }
  return { ...columns, reasons: [...reasons.keys()] };
}

/** What a page needs of a cause: not every name. */
export type ShownCause = Pick<CauseGroup, 'id' | 'kind' | 'exitCode' | 'reason' | 'step' | 'tail'> & {
  readonly count: number;
  readonly some: readonly string[];
  readonly text: string;
  readonly command: string;
};
