import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobsPort, QueuedJob } from '../../jobs/pypeliner/queue/job-queue.ts';
import { openJobs } from '../../jobs/pypeliner/queue/open-jobs.ts';
import { pypeliner } from '../../jobs/pypeliner/spec.ts';
import { laneOfJob } from '../../lib/cli/queue/lane-of-job.ts';
import { openRounds } from '../../lib/cli/queue/open-rounds.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { withListedKinds } from '../../lib/config/listed-kinds.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { JobResources } from '../../lib/contract/ports/open-run.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { planKey } from '../../lib/contract/run/keys.ts';
import type { RoundPlan } from '../../lib/contract/run/run.ts';
import { decodeItems } from '../../lib/contract/run/shard-index.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { storeRun } from '../../lib/runs/store-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { SimulatedBatch } from '../runs/simulated-batch.ts';

export const run = { workload: 'pypeliner', runId: '20261128t120000z-aaaaaa' };
const open = { workload: 'pypeliner', parameters: {}, open: true } as const;
/** Where results are fetched to. */
export const file = join(tmpdir(), `open-jobs-${process.pid}`);

const input: LabConfigInput = {
  workloads: { pypeliner: { kinds: { bwa: { base: 'quay.io/lab/bwa:0.7' } } } },
};
export const config = resolveConfig(input, [pypeliner]);
export const spec = withListedKinds(pypeliner, config.workloads.pypeliner);

/** A run's store and Batch, which outlive heads; `calls` are all requests, and a request may fail. Batch is asked every `batchMs`. */
export function lab({ batchMs = 0, now }: { batchMs?: number; now?: () => number } = {}) {
  const calls: string[] = [];
  let fails: (call: string, at: number) => boolean = () => false;
  const before = (call: string): void => {
    calls.push(call);
    if (fails(call, calls.length)) throw new Error(`no answer to ${call.split(' ')[0]}`);
  };
  const inMemory = memoryStore(before);
  const store: Store = {
    ...inMemory,
    async download(key, path) {
      before(`get ${key}`);
      writeFileSync(path, inMemory.objects.get(key)!);
      return { key, size: 0, etag: '', lastModified: new Date(0) };
    },
  };
  const batch = new SimulatedBatch(before);
  const head = (): JobsPort =>
    openJobs({
      run,
      store,
      batch,
      tail: async stream => `the end of ${stream}`,
      check: () => undefined,
      ...openRounds({ store, batch }, { batchMs, ...(now ? { now } : {}) }, (round, groups) =>
        planRound({
          spec,
          config,
          request: open,
          runId: run.runId,
          round,
          now: new Date(0),
          queues: { 'x86-spot': 'spot', 'x86-ondemand': 'ondemand' },
          work: {
            run: groups.map(({ items, resources }) => ({
              items,
              change: laneOfJob(spec, config, resources),
            })),
          },
          adds: groups.flatMap(({ items }) => items).length,
        }),
      ),
    });
  return {
    calls,
    store,
    batch,
    head,
    fail: (when: typeof fails) => {
      fails = when;
    },
    planOf: async (round: number) =>
      JSON.parse((await store.get(planKey(run, round)))!.toString('utf8')) as RoundPlan,
    /** How often each job was worked on, by its name. */
    worked: async (): Promise<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (const [at, times] of batch.worked) {
        const [round, , shard] = at.split('/').map(Number);
        const items = decodeItems(
          (await store.get(`runs/pypeliner/${run.runId}/rounds/${round}/run.items`))!,
        );
        const { job } = items[shard!]!.labels as { job: string };
        counts[job] = (counts[job] ?? 0) + times;
      }
      return counts;
    },
  };
}
export const small: JobResources = { vcpus: 1, memoryMiB: 2048, market: 'spot' };
export const large: JobResources = { vcpus: 4, memoryMiB: 16_384, market: 'on-demand' };
export const job = (name: string, resources = small): QueuedJob => ({
  name,
  fingerprint: 'f',
  payload: Buffer.from(name),
  resources,
});

/** What `lab queue serve` stores before its first round: the run, which has no items yet. */
export const storeOpenRun = (store: Store): Promise<void> =>
  storeRun(
    store,
    run,
    { version: 2, runId: run.runId, lab: 'lab', request: open, items: 0, createdAt: '' },
    [],
  );
