import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { RunRequest, WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { closeRound } from '../../lib/runs/close-round.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { submitRound } from '../../lib/runs/submit-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { runs } from '../helpers/runs.ts';
import { SimulatedBatch } from './simulated-batch.ts';

const spec: WorkloadSpec = {
  name: 'two-steps',
  title: '',
  item: { one: 'item', many: 'items' },
  parameters: [],
  resources: { vcpus: 1, memoryMiB: 1000, timeoutSeconds: 60, attempts: 1 },
  pools: ['x86-ondemand'],
  image: { context: '', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 1,
  steps: [
    { name: 'first', takes: 'item' },
    { name: 'second', takes: 'item', dependsOn: ['first'] },
  ],
};
const config = resolveConfig({ workloads: { 'two-steps': {} } }, [spec]);
const items = ['a', 'b', 'c'].map(name => ({ name }));
const request: RunRequest = { workload: spec.name, parameters: {}, parallel: 2 };
const ref = { workload: spec.name, runId: 'run' };
const roundOf = (round: number, names: readonly { name: string }[] = items) =>
  planRound({
    spec,
    config,
    request,
    runId: 'run',
    round,
    now: new Date(0),
    queues: { 'x86-ondemand': 'queue' },
    work: { first: [{ items: names }], second: [{ items: names }] },
  });

class Crash extends Error {}

/** A reproducible sequence of numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 14)) >>> 0) / 4294967296;
  };
}

/** Submits, crashing at random requests and beginning again, with containers running in between; answers what was worked on. */
async function submitWithCrashes(seed: number): Promise<{ batch: SimulatedBatch; crashes: number }> {
  const next = random(seed);
  let crashes = 0;
  let calm = false;
  const before = (): void => {
    if (calm || crashes >= 6 || next() >= 0.12) return;
    crashes++;
    throw new Crash('the process died');
  };
  const store = memoryStore(before);
  const batch = new SimulatedBatch(before, () => Math.floor(next() * 3));
  const { plan, files } = roundOf(0);
  for (;;) {
    try {
      await storeRun(
        store,
        ref,
        { version: 2, runId: 'run', lab: 'lab', request, items: 3, createdAt: '' },
        items,
      );
      await storeRound(store, plan, files);
      await submitRound({ store, batch }, plan);
      break;
    } catch (error) {
      if (!(error instanceof Crash) && !(error as Error).message.includes('the process died')) throw error;
      if (next() < 0.3) {
        calm = true;
        await batch.runAll(store, () => true);
        calm = false;
      }
    }
  }
  calm = true;
  await batch.runAll(store, () => true);
  return { batch, crashes };
}

const submissions = runs(1000);

it(`over ${submissions} seeded submissions with crashes at random requests, no shard runs twice and none is lost`, async () => {
  let crashes = 0;
  let duplicates = 0;
  for (let seed = 1; seed <= submissions; seed++) {
    const result = await submitWithCrashes(seed);
    crashes += result.crashes;
    duplicates += result.batch.jobs.length - 2;
    expect([...result.batch.worked.entries()].sort()).toEqual(
      ['first', 'second'].flatMap(step => [0, 1, 2].map(shard => [`0/${step}/${shard}`, 1])),
    );
  }
  // The test would prove nothing if nothing had gone wrong.
  expect(crashes).toBeGreaterThan(submissions);
  expect(duplicates).toBeGreaterThan(submissions / 100);
});

it('a closed round never starts: neither what is submitted later nor what Batch lists late', async () => {
  const store = memoryStore();
  const batch = new SimulatedBatch(() => {});
  const { plan, files } = roundOf(0);
  await storeRound(store, plan, files);
  // A job that was sent and whose claim was never stored.
  await batch.submit({
    jobName: plan.steps[0]!.arrays[0]!.jobName,
    jobQueue: 'queue',
    jobDefinition: 'd',
    arraySize: 3,
    dependsOn: [],
    environment: {
      LAB_RUN: 's3://bucket/runs/two-steps/run',
      LAB_STEP: 'first',
      LAB_ROUND: '0',
      LAB_ARRAY: '0',
      LAB_SHARD_OFFSET: '0',
    },
  });
  expect(await closeRound({ store, batch }, plan)).toEqual([]);
  await batch.runAll(store, () => true);
  expect(batch.worked.size).toBe(0);
  await expect(submitRound({ store, batch }, plan)).rejects.toThrow('was closed');
});

it('closing answers what still runs', async () => {
  const store = memoryStore();
  const batch = new SimulatedBatch(() => {});
  const { plan, files } = roundOf(0);
  await storeRound(store, plan, files);
  await submitRound({ store, batch }, plan);
  expect((await closeRound({ store, batch }, plan)).map(job => job.jobId)).toEqual(['job-0', 'job-1']);
});

it('a round that is stored twice with other contents is refused', async () => {
  const store = memoryStore();
  const first = roundOf(1);
  await storeRound(store, first.plan, first.files);
  const other = roundOf(1, items.slice(1));
  await expect(storeRound(store, other.plan, other.files)).rejects.toThrow('with other contents');
});
