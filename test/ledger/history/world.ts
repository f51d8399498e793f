import { resolveConfig } from '../../../lib/config/resolve-config.ts';
import type { RoundPlan } from '../../../lib/contract/run/run.ts';
import type { Item, StepSpec, WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { LedgerReader } from '../../../lib/ledger/reader.ts';
import { planRound } from '../../../lib/plan/plan-round.ts';
import { storeRound, storeRun } from '../../../lib/runs/store-round.ts';
import { submitRound } from '../../../lib/runs/submit-round.ts';
import { memoryStore } from '../../helpers/memory-store.ts';
import { ArrayBatch } from './array-batch.ts';
import type { History } from './events.ts';

/** Steps that depend on each other in every way that there is. */
const shapes: readonly (readonly StepSpec[])[] = [
  [{ name: 'run', takes: 'item' }],
  [{ name: 'all', takes: 'run' }],
  [
    { name: 'archive', takes: 'item' },
    { name: 'verify', takes: 'item', dependsOn: [{ step: 'archive', when: 'each' }] },
    { name: 'seal', takes: 'run', dependsOn: ['verify'] },
  ],
  [
    { name: 'day', takes: 'item' },
    { name: 'stack', takes: 'item', dependsOn: [{ step: 'day', when: 'ended' }] },
  ],
  [
    { name: 'create', takes: 'run' },
    { name: 'store', takes: 'shard', dependsOn: ['create'] },
    { name: 'count', takes: 'shard', dependsOn: ['store', 'create'] },
  ],
];

export class Cut extends Error {}

export interface World extends Pick<History, 'isOld' | 'isWordy' | 'room' | 'page' | 'isSparing'> {
  readonly spec: WorkloadSpec;
  readonly store: ReturnType<typeof memoryStore>;
  readonly batch: ArrayBatch;
  readonly items: readonly Item[];
  readonly rounds: RoundPlan[];
  readonly kept: LedgerReader;
  readonly fail: { in: number };
  readonly clock: { now: number };
  /** When the kept reader has looked last. */
  lookedAt?: number;
  /** Calls of Batch by the kept reader, a tick each. */
  readonly asked: number[];
}

export const ref = { workload: 'fake', runId: 'r' };

/** A run that is submitted, as far as the history lets it be. */
export async function begin({
  shape,
  items: count,
  perShard,
  cutAt,
  isOld,
  isWordy,
  room,
  page,
  isSparing,
}: History): Promise<World> {
  const steps = shapes[shape]!.map(step =>
    step.takes === 'run' ? step : { ...step, itemsPerShard: perShard },
  );
  const spec: WorkloadSpec = {
    name: 'fake',
    title: 'fake',
    item: { one: 'plate', many: 'plates' },
    parameters: [],
    resources: { vcpus: 1, memoryMiB: 1000, timeoutSeconds: 3600, attempts: 2 },
    pools: ['x86-ondemand'],
    image: { context: 'containers/fake', architectures: ['x86_64'] },
    mounts: [],
    scratchGiB: 1,
    steps,
  };
  const items = Array.from({ length: count }, (_, index) => ({
    name: `${index === 1 ? 'ä"\\' : 'p'}${index}`,
    ...(index % 3 === 0 ? { labels: { group: String(index) } } : {}),
  }));
  const days = [
    ...items.flatMap(({ name }) => [1, 2].map(day => ({ name: `${name}-${day}`, of: name }))),
    // Of no item, so it belongs to all.
    { name: 'response' },
  ];
  const fail = { in: Number.POSITIVE_INFINITY };
  const before = (): void => {
    if (--fail.in === 0) throw new Cut('the connection is gone');
  };
  const store = memoryStore(before);
  const batch = new ArrayBatch();
  batch.before = before;
  const { plan, files } = planOf(
    spec,
    0,
    Object.fromEntries(steps.map(step => [step.name, [{ items: step.name === 'day' ? days : items }]])),
  );
  await storeRun(
    store,
    ref,
    { version: 2, runId: 'r', lab: 'lab', request: plan.request, items: count, createdAt: plan.createdAt },
    items,
  );
  await storeRound(store, plan, files);
  const clock = { now: 0 };
  const kept = new LedgerReader(
    { store, batch, changes: batch },
    { run: ref, rounds: [plan], steps, now: () => clock.now, page, ...roomOf(room) },
  );
  const world = {
    spec,
    store,
    batch,
    items,
    rounds: [plan],
    kept,
    fail,
    clock,
    isOld,
    isWordy,
    room,
    page,
    isSparing,
    asked: [],
  };
  fail.in = cutAt + 1;
  await submitRound({ store, batch }, plan).catch(() => undefined);
  fail.in = Number.POSITIVE_INFINITY;
  return world;
}

export const planOf = (spec: WorkloadSpec, round: number, work: Parameters<typeof planRound>[0]['work']) =>
  planRound({
    spec,
    config: resolveConfig({ workloads: { fake: {} } }, [spec]),
    request: { workload: 'fake', parameters: {} },
    runId: 'r',
    round,
    now: new Date(round * 1000),
    queues: { 'x86-ondemand': 'queue' },
    work,
  });

export const ignoreCut = (error: unknown): void => {
  if (!(error instanceof Cut)) throw error;
};

export const roomOf = (room: History['room']): { readonly room?: number } =>
  room === 'all' ? {} : { room: 1 };

export const freshReader = ({ store, batch, rounds, spec, room, page }: World): LedgerReader =>
  new LedgerReader(
    { store, batch, changes: batch },
    { run: ref, rounds, steps: spec.steps, page, ...roomOf(room) },
  );
