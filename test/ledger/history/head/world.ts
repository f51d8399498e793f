import { type JobQueue, jobQueue, type QueuedJob } from '../../../../jobs/pypeliner/queue/job-queue.ts';
import { openJobs } from '../../../../jobs/pypeliner/queue/open-jobs.ts';
import { openRounds } from '../../../../lib/cli/queue/open-rounds.ts';
import { resolveConfig } from '../../../../lib/config/resolve-config.ts';
import type { JobGroup } from '../../../../lib/contract/ports/open-run.ts';
import { addsKey } from '../../../../lib/contract/run/keys.ts';
import { readPlans } from '../../../../lib/contract/run/read-plans.ts';
import type { RoundPlan } from '../../../../lib/contract/run/run.ts';
import { decodeItems } from '../../../../lib/contract/run/shard-index.ts';
import type { Item, WorkloadSpec } from '../../../../lib/contract/workload/workload.ts';
import { LedgerReader } from '../../../../lib/ledger/reader.ts';
import { planRound } from '../../../../lib/plan/plan-round.ts';
import { storeRun } from '../../../../lib/runs/store-round.ts';
import { memoryStore } from '../../../helpers/memory-store.ts';
import { ArrayBatch } from '../array-batch.ts';
import { Cut, ref, roomOf, type World } from '../world.ts';
import type { HeadHistory } from './events.ts';

export interface HeadWorld extends World {
  readonly items: Item[];
  readonly rounds: RoundPlan[];
  readonly everyMs: number;
  readonly newHead: () => Head;
  head: Head;
  /** Jobs that were sent and not received, by name: what a head that begins sends again. */
  readonly wanted: Map<string, QueuedJob>;
  sent: number;
}

/** Nothing is gathered for longer than until somebody waits, who looks once. */
export interface Head {
  readonly queue: JobQueue;
  /** What it had remembered is written down. */
  settle(): Promise<void>;
}

const spec: WorkloadSpec = {
  name: 'fake',
  title: 'fake',
  item: { one: 'job', many: 'jobs' },
  parameters: [],
  resources: { vcpus: 1, memoryMiB: 1000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-ondemand'],
  image: { context: 'containers/fake', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 1,
  steps: [{ name: 'run', takes: 'item' }],
};
const request = { workload: 'fake', parameters: {}, open: true } as const;

const planOf = (round: number, groups: readonly JobGroup[]) =>
  planRound({
    spec,
    config: resolveConfig({ workloads: { fake: {} } }, [spec]),
    request,
    runId: 'r',
    round,
    now: new Date(round * 1000),
    queues: { 'x86-ondemand': 'queue' },
    work: {
      run: groups.map(({ items, resources: { vcpus, memoryMiB } }) => ({
        items,
        change: { vcpus, memoryMiB },
      })),
    },
    adds: groups.reduce((sum, { items }) => sum + items.length, 0),
  });

/** An open run in which nothing was sent yet, a head, and one who watches it from elsewhere. */
export async function beginOpen(history: HeadHistory): Promise<HeadWorld> {
  const { room, page, everyMs } = history;
  const fail = { in: Number.POSITIVE_INFINITY };
  const before = (): void => {
    if (--fail.in === 0) throw new Cut('the connection is gone');
  };
  const inMemory = memoryStore(before);
  const store = {
    ...inMemory,
    download: async () => ({ key: '', size: 0, etag: '', lastModified: new Date(0) }),
  };
  const batch = new ArrayBatch();
  batch.before = before;
  const stored = { version: 2, runId: 'r', lab: 'lab', request, items: 0, createdAt: '' } as const;
  await storeRun(store, ref, stored, []);
  const clock = { now: 0 };
  const ports = { store, batch, changes: batch };
  const newHead = (): Head => {
    const jobs = openJobs({
      ...{ run: ref, store, batch, tail: async () => '', check: () => undefined },
      ...openRounds(ports, { batchMs: everyMs, now: () => clock.now }, planOf),
    });
    const tickMs = { first: 1, most: 1 };
    const gatherMs = { quiet: 3_600_000, most: 3_600_000 };
    return { queue: jobQueue({ jobs, tickMs, gatherMs }), settle: async () => jobs.settle?.() };
  };
  return {
    ...{ ...history, spec, store, batch, fail, clock, newHead },
    ...{ items: [], rounds: [], asked: [], sent: 0, wanted: new Map() },
    kept: new LedgerReader(ports, {
      run: ref,
      rounds: [],
      steps: spec.steps,
      now: () => clock.now,
      page,
      ...roomOf(room),
    }),
    head: newHead(),
  };
}

/** One to five jobs, of one size or two. */
export const someJobs = (world: HeadWorld, pick: number): readonly QueuedJob[] =>
  Array.from({ length: 1 + (pick % 5) }, (_, index) => ({
    name: `/job/${world.sent++}`,
    fingerprint: 'f',
    payload: Buffer.from('x'),
    resources: { vcpus: 1 + ((pick >> 3) % 2) * (index % 2), memoryMiB: 1000, market: 'on-demand' },
  }));

/** Which of them an earlier head has sent, and are waited for. */
export async function send(world: HeadWorld, jobs: Iterable<QueuedJob>): Promise<ReadonlySet<string>> {
  const adopted = new Set<string>();
  for (const job of jobs) {
    world.wanted.set(job.name, job);
    try {
      if ((await world.head.queue.send(job)).adopted) adopted.add(job.name);
    } catch (error) {
      world.wanted.delete(job.name);
      throw error;
    }
  }
  return adopted;
}

/** What of the run is stored by now. */
export async function learnRounds(world: HeadWorld): Promise<void> {
  const plans = await readPlans(world.store, ref, { from: 0, isOpen: true });
  world.rounds.splice(0, world.rounds.length, ...plans);
  const adds = await Promise.all(plans.map(plan => world.store.get(addsKey(plan, plan.round))));
  world.items.splice(0, world.items.length, ...adds.flatMap(body => decodeItems(body!)));
}
