import type { SentJob } from '../../jobs/pypeliner/queue/job-queue.ts';
import { outputsPrefix } from '../../lib/contract/run/keys.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { readRun } from '../../lib/runs/stored-run.ts';
import { SimulatedBatch } from '../runs/simulated-batch.ts';
import { say } from './job-ends.ts';
import { file, job, lab, large, run, spec, storeOpenRun } from './open-lab.ts';

it('wherever a head is killed, the next one’s jobs are done once each', async () => {
  for (let at = 1; at < 40; at++) {
    const { head, fail, batch, store, worked, calls } = lab();
    // It is dead from then on: nothing of its goes through.
    fail((_, number) => number >= at);
    await head()
      .submit([job('a'), job('B', large), job('c')])
      .catch(() => undefined);
    const wasWhole = calls.length < at;
    fail(() => false);
    const next = head();
    const left = new Set((await next.underWay()).map(({ name }) => name));
    const missing = [job('a'), job('B', large), job('c')].filter(({ name }) => !left.has(name));
    if (missing.length > 0) await next.submit(missing);
    await batch.runAll(store, () => true);
    expect([at, await worked()]).toEqual([at, { a: 1, B: 1, c: 1 }]);
    if (wasWhole) return;
  }
  throw new Error('no head lived long enough');
});

it('what was done while no head was there is received by the next, once; numbers are not used again', async () => {
  const { head, batch, store } = lab();
  const first = head();
  const [a] = (await first.submit([job('a'), job('b')])) as readonly SentJob[];
  await batch.runAll(store, () => true);
  for (const id of ['j0000000', 'j0000001']) await store.put(`${outputsPrefix(run, id)}after`, id);
  await first.look([a!.id]);
  await first.result(a!.id, file);
  await first.settle?.();
  const next = head();
  expect((await next.underWay()).map(({ name }) => name)).toEqual(['b']);
  expect(await next.look(['j0000001'])).toEqual(['j0000001']);
  expect((await next.result('j0000001', file)).hasResult).toBe(true);
  // The same work once more: by then the first result is nobody’s.
  const [c] = (await next.submit([job('c')])) as readonly SentJob[];
  expect(c!.id).toBe('j0000002');
  expect((await head().underWay()).map(({ name }) => name)).toEqual(['c']);
  expect(batch.jobs.at(-1)?.job.environment.LAB_ROUND).toBe('1');
});

it('a round that could not be stored hides no later one from those who look at the run', async () => {
  const { head, fail, store, planOf } = lab();
  await storeOpenRun(store);
  const jobs = head();
  fail(call => call.endsWith('/0/run.idx'));
  await expect(jobs.submit([job('a')])).rejects.toThrow('no answer');
  fail(() => false);
  await jobs.submit([job('a'), job('b')]);
  await expect(planOf(0)).rejects.toThrow();
  const { rounds } = await readRun(store, run);
  expect(rounds.map(({ round }) => round)).toEqual([1]);
  const reader = new LedgerReader(
    { store, batch: new SimulatedBatch(() => undefined) },
    { run, rounds: [], steps: spec.steps },
  );
  // Nothing of the run is known before the first look.
  expect((await reader.look()).rows.length).toBe(0);
  expect((await reader.look()).rows.map(row => row.labels?.job)).toEqual(['a', 'b']);
});

it('of a job that was sent again with other work, what the first has left is not received', async () => {
  const { head, batch, store } = lab();
  const jobs = head();
  await jobs.submit([job('a')]);
  await batch.runAll(store, () => true);
  const [second] = (await jobs.submit([{ ...job('a'), fingerprint: 'other' }])) as readonly SentJob[];
  await batch.runAll(store, () => true);
  await store.put(`${outputsPrefix(run, second!.id)}after`, 'x');
  await jobs.look([second!.id]);
  await jobs.result(second!.id, file);
  await jobs.settle?.();
  expect(await head().underWay()).toEqual([]);
});

it('what failed while no head was there is not under way for the next, however seldom Batch is asked', async () => {
  const { head, batch } = lab({ batchMs: 3_600_000 });
  await head().submit([job('a'), job('b')]);
  say(batch, {}, { status: 'FAILED', exitCode: 64 });
  expect((await head().underWay()).map(({ name }) => name)).toEqual(['a']);
});

it('a head that had no answer when it began finds at its next try what was sent before it', async () => {
  const { head, batch, store, fail } = lab();
  const first = head();
  await first.submit([job('a'), job('b')]);
  await first.submit([job('c'), job('d')]);
  const next = head();
  fail(call => call.startsWith('describe'));
  await expect(next.underWay()).rejects.toThrow('no answer');
  fail(() => false);
  const left = await next.underWay();
  expect(left.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  await batch.runAll(store, () => true);
  const ids = left.map(({ id }) => id);
  expect(await next.look(ids)).toEqual(ids);
});
