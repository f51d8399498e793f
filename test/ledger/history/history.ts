import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { resolveConfig } from '../../../lib/config/resolve-config.ts';
import { isTerminal } from '../../../lib/contract/ports/ports.ts';
import { cancelReason } from '../../../lib/contract/run/claim.ts';
import { doneKey, resultKey } from '../../../lib/contract/run/keys.ts';
import { encodeOutcome } from '../../../lib/contract/run/outcome.ts';
import type { AttemptRecord, ItemRecord } from '../../../lib/contract/run/records.ts';
import type { RoundPlan } from '../../../lib/contract/run/run.ts';
import { decodeItems, entryBytes } from '../../../lib/contract/run/shard-index.ts';
import { env } from '../../../lib/contract/workload/env.ts';
import type { Item, StepSpec, WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import type { Ledger, LedgerRow } from '../../../lib/ledger/ledger.ts';
import { LedgerReader, roundsEveryMs } from '../../../lib/ledger/reader.ts';
import { planRound } from '../../../lib/plan/plan-round.ts';
import { closeRound } from '../../../lib/runs/close-round.ts';
import { storeRound, storeRun } from '../../../lib/runs/store-round.ts';
import { submitRound } from '../../../lib/runs/submit-round.ts';
import { workLeft } from '../../../lib/runs/work-left.ts';
import { memoryStore } from '../../helpers/memory-store.ts';
import { readPlainLedger } from '../plain/ledger.ts';
import { ArrayBatch, type Child, type Job } from './array-batch.ts';

/** Something that happens to a run; numbers choose among what is there. */
export type Event =
  | {
      readonly kind:
        | 'start'
        | 'mark'
        | 'forget'
        | 'cancel'
        | 'retry'
        | 'resume'
        | 'late'
        | 'wait'
        | 'blink'
        | 'swap'
        | 'resubmit';
      readonly pick: number;
    }
  | { readonly kind: 'end'; readonly pick: number; readonly outcome: Outcome }
  | { readonly kind: 'cut'; readonly pick: number };

const outcomes = ['done', 'partial', 'failed', 'again', 'killed', 'silent', 'soft'] as const;
type Outcome = (typeof outcomes)[number];

export interface History {
  readonly shape: number;
  readonly items: number;
  readonly perShard: number;
  /** The submission is cut at this request. */
  readonly cutAt: number;
  /** Its containers are of the time before records told anything in their names. */
  readonly isOld: boolean;
  /** Reasons are too long for a name. */
  readonly isWordy: boolean;
  readonly events: readonly Event[];
}

const pick = fc.nat(1000);
const simple = (kind: Exclude<Event['kind'], 'end'>): fc.Arbitrary<Event> =>
  pick.map(pick => ({ kind, pick }));

export const histories: fc.Arbitrary<History> = fc.record({
  shape: fc.nat(4),
  items: fc.integer({ min: 1, max: 9 }),
  perShard: fc.integer({ min: 1, max: 3 }),
  cutAt: fc.oneof({ weight: 3, arbitrary: fc.constant(999) }, { weight: 1, arbitrary: fc.nat(14) }),
  isOld: fc.nat(4).map(each => each === 0),
  isWordy: fc.nat(4).map(each => each === 0),
  events: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: simple('start') },
      {
        weight: 8,
        arbitrary: fc
          .record({ pick, outcome: fc.constantFrom(...outcomes) })
          .map((each): Event => ({ kind: 'end', ...each })),
      },
      { weight: 2, arbitrary: simple('mark') },
      { weight: 1, arbitrary: simple('forget') },
      { weight: 1, arbitrary: simple('cancel') },
      { weight: 3, arbitrary: simple('retry') },
      { weight: 2, arbitrary: simple('resume') },
      { weight: 2, arbitrary: simple('late') },
      { weight: 3, arbitrary: simple('blink') },
      { weight: 2, arbitrary: simple('swap') },
      { weight: 1, arbitrary: simple('wait') },
      { weight: 2, arbitrary: simple('cut') },
    ),
    { maxLength: 60, size: 'max' },
  ),
});

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

class Cut extends Error {}

/** Plays a history; after every event the kept reader must say what a reader that begins anew says. Throws where it does not. */
export async function play(history: History): Promise<void> {
  const world = await begin(history);
  for (const [index, event] of history.events.entries()) {
    await happen(world, event);
    await compare(world, `event ${index}, ${JSON.stringify(event)}`);
  }
  world.batch.isLate = false;
  for (const { children } of world.batch.jobs)
    for (const child of children)
      if (child.marked) Object.assign(child, { status: 'SUCCEEDED', marked: undefined });
  world.batch.told();
  await compare(world, 'the end');
}

interface World extends Pick<History, 'isOld' | 'isWordy'> {
  readonly spec: WorkloadSpec;
  readonly store: ReturnType<typeof memoryStore>;
  readonly batch: ArrayBatch;
  readonly items: readonly Item[];
  readonly rounds: RoundPlan[];
  readonly kept: LedgerReader;
  readonly fail: { in: number };
  readonly clock: { now: number };
}

const ref = { workload: 'fake', runId: 'r' };

async function begin({ shape, items: count, perShard, cutAt, isOld, isWordy }: History): Promise<World> {
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
  const days = items.flatMap(({ name }) => [1, 2].map(day => ({ name: `${name}-${day}`, of: name })));
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
    { run: ref, rounds: [plan], steps, now: () => clock.now },
  );
  const world = { spec, store, batch, items, rounds: [plan], kept, fail, clock, isOld, isWordy };
  fail.in = cutAt + 1;
  await submitRound({ store, batch }, plan).catch(() => undefined);
  fail.in = Number.POSITIVE_INFINITY;
  await compare(world, 'the submission');
  return world;
}

const planOf = (spec: WorkloadSpec, round: number, work: Parameters<typeof planRound>[0]['work']) =>
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

const ignoreCut = (error: unknown): void => {
  if (!(error instanceof Cut)) throw error;
};

async function happen(world: World, event: Event): Promise<void> {
  const { batch, store, rounds, clock, fail, kept } = world;
  const choose = <T>(list: readonly T[]): T | undefined => list[event.pick % Math.max(1, list.length)];
  const children = (fits: (child: Child, job: Job) => boolean): { job: Job; child: Child }[] =>
    batch.jobs.flatMap(job => job.children.filter(child => fits(child, job)).map(child => ({ job, child })));
  clock.now += 1000;
  if (event.kind === 'start') {
    const found = choose(
      children(
        (child, job) =>
          child.status === 'STARTING' || (child.status === 'RUNNABLE' && batch.mayStart(job, child.index)),
      ),
    );
    if (found) found.child.status = found.child.status === 'STARTING' ? 'RUNNING' : 'STARTING';
  } else if (event.kind === 'mark') {
    const found = choose(children(child => child.status === 'RUNNING' && !child.marked));
    if (found && (await claimed(world, found.job))) {
      await leave(world, found.job, found.child, 'done');
      found.child.marked = true;
    }
  } else if (event.kind === 'end') {
    const found = choose(children(child => child.status === 'RUNNING'));
    if (found) await end(world, found.job, found.child, event.outcome);
  } else if (event.kind === 'blink') {
    // An attempt comes and goes between two summaries: the one after is the one before.
    const found = choose(children((child, job) => mayBegin(batch, job, child)));
    if (found) await blink(world, found.job, found.child, event.pick % 3 > 0);
  } else if (event.kind === 'swap') {
    // The same of two children: one runs in place of the other.
    const gone = choose(
      children(child => child.status === 'RUNNING' && child.attempts.length < 2 && !child.marked),
    );
    const come = gone?.job.children.find(child => mayBegin(batch, gone.job, child));
    if (gone && come) {
      await blink(world, gone.job, gone.child, event.pick % 3 > 0);
      come.status = 'RUNNING';
    }
  } else if (event.kind === 'forget') {
    const found = choose(
      batch.jobs.filter(job => !job.forgotten && job.children.every(each => isTerminal(each.status))),
    );
    if (found) found.forgotten = true;
  } else if (event.kind === 'cancel') {
    for (const plan of rounds)
      for (const job of await closeRound({ store, batch }, plan))
        await batch.terminate(job.jobId, cancelReason('r'));
  } else if (event.kind === 'resume')
    await submitRound({ store, batch }, rounds.at(-1)!).catch(() => undefined);
  else if (event.kind === 'retry') await retry(world, event.pick);
  else if (event.kind === 'late') batch.isLate = !batch.isLate;
  else if (event.kind === 'wait') clock.now += roundsEveryMs;
  else if (event.kind === 'cut') {
    // A look that breaks off anywhere leaves nothing half known.
    fail.in = 1 + (event.pick % 12);
    await kept.look().catch(ignoreCut);
    fail.in = Number.POSITIVE_INFINITY;
  }
  batch.failDependents();
}

const mayBegin = (batch: ArrayBatch, job: Job, { status, attempts, index }: Child): boolean =>
  status === 'RUNNABLE' && attempts.length < 2 && batch.mayStart(job, index);

/** An attempt ends and another is to follow; with a record of what was done, or killed without. */
async function blink(world: World, job: Job, child: Child, hasRecord: boolean): Promise<void> {
  if (!(await claimed(world, job))) return;
  if (hasRecord) await leave(world, job, child, 'again');
  const attempt = { exitCode: 75, statusReason: 'Host EC2 (instance i-0abcdef12) terminated.' };
  child.attempts = [...child.attempts, attempt];
  child.status = 'RUNNABLE';
}

const claimed = async ({ rounds, store }: World, job: Job): Promise<boolean> => {
  const { environment } = job.submission;
  const key = `runs/fake/r/claims/${environment[env.round]}/${environment[env.step]}/${environment[env.array]}`;
  const body = rounds.length > 0 ? store.objects.get(key) : undefined;
  if (body) return (JSON.parse(body.toString()) as { jobId: string }).jobId === job.id;
  store.objects.set(key, Buffer.from(JSON.stringify({ jobId: job.id })));
  return true;
};

async function end(world: World, job: Job, child: Child, outcome: Outcome): Promise<void> {
  const isOurs = await claimed(world, job);
  const name = child.marked ? 'done' : outcome;
  if (isOurs && !child.marked && name !== 'killed' && name !== 'silent') await leave(world, job, child, name);
  const isBad = !isOurs || name === 'failed' || name === 'killed';
  const exitCode = isBad ? (name === 'killed' ? 137 : 1) : name === 'again' ? 75 : 0;
  const statusReason =
    name === 'killed' ? 'Host EC2 (instance i-0abcdef12) terminated.' : 'Essential container in task exited';
  child.attempts = [...child.attempts, { exitCode, statusReason, logStream: `log-${child.attempts.length}` }];
  delete child.marked;
  if (name === 'again' && child.attempts.length < 3 && isOurs) child.status = 'RUNNABLE';
  else {
    Object.assign(child, { exitCode, statusReason });
    child.status = isBad || name === 'again' ? 'FAILED' : 'SUCCEEDED';
  }
}

/** What a container leaves: the record of its attempt, and the marker where all of the shard is done. */
async function leave(world: World, job: Job, child: Child, outcome: Outcome): Promise<void> {
  const { store, rounds, clock } = world;
  const { environment, arraySize } = job.submission;
  const plan = rounds[Number(environment[env.round])]!;
  const step = plan.steps.find(each => each.name === environment[env.step])!;
  const shard = Number(environment[env.shardOffset]) + child.index;
  const isWell = outcome === 'done' || outcome === 'partial';
  const itemsOfShard = shardItems(store.objects, step, shard);
  const at = new Date(clock.now).toISOString();
  const recordOf = (name: string, index: number): ItemRecord => ({
    name,
    state: isWell || index > 0 ? 'done' : outcome === 'again' ? 'interrupted' : 'failed',
    ...(outcome === 'partial' && index === 0 ? { partial: true } : {}),
    ...(isWell
      ? { outputs: [{ key: `outputs/${name}/a`, bytes: clock.now }] }
      : {
          exitCode: 1,
          reason: world.isWordy ? `no ${name}, ${'and a word more, '.repeat(10)}` : `no ${name}`,
        }),
    startedAt: at,
    endedAt: at,
    peakMemoryBytes: shard + 1,
  });
  const jobId = arraySize === undefined ? job.id : `${job.id}:${child.index}`;
  const where = { round: plan.round, step: step.name, shard, jobId, attempt: child.attempts.length + 1 };
  const whole = step.takes === 'item' ? undefined : recordOf(step.name, 0);
  const record: AttemptRecord = {
    version: 2,
    runId: 'r',
    ...where,
    startedAt: at,
    endedAt: at,
    exitCode: isWell ? 0 : 1,
    ...(whole ? { whole } : { items: itemsOfShard.map(({ name }, index) => recordOf(name, index)) }),
  };
  const names = itemsOfShard.map(({ name }) => name);
  const partial = outcome === 'partial';
  // Those of before said in their names no more than that something is missing.
  const told =
    world.isOld || outcome === 'done' ? { partial } : { partial, outcome: encodeOutcome(record, names) };
  store.objects.set(resultKey(ref, where, told), Buffer.from(JSON.stringify(record)));
  if (isWell) store.objects.set(doneKey(ref, where), Buffer.from('{}'));
}

function shardItems(
  objects: Map<string, Buffer>,
  step: RoundPlan['steps'][number],
  shard: number,
): readonly Item[] {
  const index = objects.get(step.indexKey)!;
  const at = (entry: number): number => Number(index.readBigUInt64LE(entry * entryBytes));
  return decodeItems(objects.get(step.itemsKey)!.subarray(at(shard), at(shard + 1)));
}

/** Somebody retries on another machine: all that is left, or only what is named. */
async function retry(world: World, pick: number): Promise<void> {
  const { spec, store, batch, rounds, clock } = world;
  const fresh = await freshReader(world).look();
  if (!fresh.ended) return;
  for (const plan of rounds) await closeRound({ store, batch }, plan);
  const names = pick % 3 === 0 ? [world.items[pick % world.items.length]!.name] : undefined;
  const ledger = await freshReader(world).look();
  const left = workLeft(spec, ledger, { ...(names ? { names } : {}), partial: pick % 2 === 0 });
  if (Object.keys(left).length === 0) return;
  const { plan, files } = planOf(
    spec,
    rounds.length,
    Object.fromEntries(
      Object.entries(left).map(([step, entries]) => [step, [{ items: entries.map(each => each.item) }]]),
    ),
  );
  await storeRound(store, plan, files);
  rounds.push(plan);
  await submitRound({ store, batch }, plan);
  // Who watches what has ended sees it at once, others within this time.
  clock.now += roundsEveryMs;
}

const freshReader = ({ store, batch, rounds, spec }: World): LedgerReader =>
  new LedgerReader({ store, batch, changes: batch }, { run: ref, rounds, steps: spec.steps });

async function compare(world: World, when: string): Promise<void> {
  const { kept, batch, store, rounds, items, spec } = world;
  const mine = await kept.look();
  // What Batch has not told yet nobody can know by asking it for parents.
  if (batch.isLate || batch.jobs.some(job => job.children.some(child => child.marked))) return;
  const fresh = await freshReader(world).look();
  const plain = await readPlainLedger({ store, batch, changes: batch }, { rounds, items, steps: spec.steps });
  const [a, b] = [await whole(mine, world), await whole(fresh, world)];
  // Without a request more a look knows how each item stands, and why.
  const [told, plainly] = [mine.rows.map(brief), plain.rows.map(brief)];
  if (!isDeepStrictEqual(told, plainly))
    throw new Error(`after ${when}, told briefly: ${JSON.stringify(told)}\n${JSON.stringify(plainly)}`);
  const c = {
    rows: plain.rows,
    counts: plain.counts,
    steps: plain.steps,
    atWork: plain.atWork,
    ended: plain.ended,
    underWay: underWay(plain, world),
  };
  for (const [name, other] of [
    ['fresh', b],
    ['plain', c],
  ] as const)
    if (!isDeepStrictEqual(a, other))
      throw new Error(
        `after ${when}, not as the ${name} one: ${JSON.stringify(a)}\n${JSON.stringify(other)}`,
      );
}

/** What a look knows of an item; what is done, or was before its input was done again, says no more without its record. */
function brief({ name, state, step, round, attempts, reason, exitCode, jobId }: Brief) {
  return state === 'done' || reason === 'what it was made from was done again'
    ? { name, state, attempts }
    : { name, state, step, round, attempts, reason, exitCode, jobId };
}

type Brief = Pick<
  LedgerRow,
  'name' | 'state' | 'step' | 'round' | 'attempts' | 'reason' | 'exitCode' | 'jobId'
>;

async function whole(ledger: Ledger, world: World) {
  const rows = [];
  for await (const row of ledger.rows.stream({ details: true })) rows.push(row);
  const { counts, steps, atWork, ended } = ledger;
  return { rows, counts, steps, atWork, ended, underWay: underWay(ledger, world) };
}

const underWay = ({ isUnderWay }: Pick<Ledger, 'isUnderWay'>, { spec, items }: World): readonly string[] =>
  spec.steps.flatMap(step => items.filter(({ name }) => isUnderWay(step.name, name)).map(item => item.name));
