import { claimKey, doneKey } from '../../lib/contract/run/keys.ts';
import { tickMs, ticksTogether } from '../../lib/ledger/look/call-window.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';
import { ArrayBatch } from './history/array-batch.ts';

const run = { workload: 'scan', runId: 'r' };
const [arrays, size] = [20, 4];

/** A run of arrays of which one child runs and the others wait, and readers of it whose calls of Batch are counted. */
async function mixed({ isClaimed = true } = {}) {
  const store = memoryStore();
  const batch = new ArrayBatch();
  const items = Array.from({ length: arrays * size }, (_, index) => ({ name: `p${index}` }));
  const planned = Array.from({ length: arrays }, (_, array) => ({
    ...{ array, offset: array * size, size, jobName: `job-${array}`, lane: 0, after: [] },
  }));
  const { plan, files } = oneStepRound(
    run,
    items.map(item => [item]),
    { step: { arrays: planned } },
  );
  const { lab, request, createdAt } = plan;
  await storeRun(store, run, { version: 2, runId: 'r', lab, request, createdAt, items: items.length }, items);
  await storeRound(store, plan, files);
  for (const { array, jobName } of planned) {
    const { jobId } = await batch.submit({
      ...{ jobName, jobQueue: 'queue', jobDefinition: 'definition', arraySize: size },
      ...{ dependsOn: [], environment: {} },
    });
    if (isClaimed) store.objects.set(claimKey(run, 0, 'run', array), Buffer.from(JSON.stringify({ jobId })));
    batch.jobs[array]!.children[1]!.status = 'RUNNING';
  }
  batch.told();
  const clock = { now: 0 };
  const reader = new LedgerReader(
    { store, batch },
    { run, rounds: [plan], steps: [{ name: 'run', takes: 'item' }], now: () => clock.now },
  );
  const look = async (isSparing: boolean) => {
    const before = batch.asked;
    const { counts, unasked } = await reader.look({ isSparing });
    return { calls: batch.asked - before, running: counts.running, done: counts.done, unasked };
  };
  return { clock, look, objects: store.objects };
}

it('one who watches asks Batch once a tick, from the first look on, and tells what it has not asked about', async () => {
  const { clock, look } = await mixed();
  const calls: number[] = [];
  const first = await look(true);
  calls.push(first.calls);
  // One for all arrays, and three for each that is listed.
  expect([first.calls, first.running, first.unasked]).toEqual([10, 3, (arrays - 3) * size]);
  let last = first;
  while (last.unasked > 0 && calls.length < 200) {
    clock.now += tickMs;
    const next = await look(true);
    expect(next.unasked).toBeLessThanOrEqual(last.unasked);
    calls.push(next.calls);
    last = next;
  }
  expect(last).toMatchObject({ running: arrays, unasked: 0 });
  for (let at = 0; at < calls.length; at++) {
    const together = calls.slice(at, at + ticksTogether);
    expect(together.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(ticksTogether);
  }
});

it('one who looks once is told all of it, in as many calls as it takes', async () => {
  const { look } = await mixed();
  expect(await look(false)).toMatchObject({ calls: 2 + 3 * arrays, running: arrays, unasked: 0 });
});

it('what was saved while looks were a minute apart may be asked at once', async () => {
  const { clock, look } = await mixed();
  await look(true);
  clock.now += ticksTogether * tickMs;
  expect((await look(true)).calls).toBe(10);
});

it('what has left its mark is done at the next look, though no call of Batch is left for it', async () => {
  const { look, objects } = await mixed();
  expect((await look(true)).calls).toBe(10);
  objects.set(doneKey(run, { round: 0, step: 'run', shard: 1 }), Buffer.from('{}'));
  expect(await look(true)).toMatchObject({ calls: 0, done: 1 });
});

it('what takes more calls than a look may make is asked all the same', async () => {
  // Each array by its name, and all of them by their ids.
  const { clock, look } = await mixed({ isClaimed: false });
  const calls: number[] = [];
  for (let ticks = 0; ticks < 5 * arrays; ticks++) {
    calls.push((await look(true)).calls);
    clock.now += tickMs;
  }
  expect(Math.max(...calls)).toBeGreaterThan(arrays);
  expect(calls.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(calls.length + 2 * arrays);
});
