import { setImmediate } from 'node:timers/promises';
import type { SentJob } from '../../jobs/pypeliner/queue/job-queue.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { outputsPrefix } from '../../lib/contract/run/keys.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { readRun } from '../../lib/runs/stored-run.ts';
import { file, job, lab, large, run, spec, storeOpenRun } from './open-lab.ts';

it('jobs of different sizes that come together are one round, an array for each size', async () => {
  const { head, batch, planOf, calls } = lab();
  const jobs = head();
  const sent = await jobs.submit([job('a'), job('B', large), job('c'), job('D', large), job('e')]);
  expect(sent.map(each => (each as { name: string }).name)).toEqual(['a', 'B', 'c', 'D', 'e']);
  expect(batch.jobs.map(({ job }) => [job.jobQueue, job.arraySize, job.vcpus, job.memoryMiB])).toEqual([
    ['spot', 3, 1, 2048],
    ['ondemand', 2, 4, 16_384],
  ]);
  expect((await planOf(0)).adds).toBe(5);
  // The pickles are in one object.
  expect(calls.filter(call => /^put .*payload/.test(call))).toHaveLength(1);
  // A look-up and a submission for each array, whatever the number of jobs.
  expect(calls.filter(call => /^(list$|submit)/.test(call))).toHaveLength(4);
});

it('after hundreds of rounds a look costs what the one under way costs, for the head and for who watches', async () => {
  const { head, batch, store, calls } = lab();
  await storeOpenRun(store);
  const jobs = head();
  for (let round = 0; round < 300; round++) {
    const sent = (await jobs.submit([job(`a${round}`), job(`b${round}`)])) as readonly SentJob[];
    await batch.runAll(store, () => true);
    for (const { id } of sent) await store.put(`${outputsPrefix(run, id)}after`, 'x');
    for (const id of await jobs.look(sent.map(({ id }) => id))) await jobs.result(id, file);
  }
  const [last] = (await jobs.submit([job('last')])) as readonly SentJob[];
  const { rounds } = await readRun(store, run);
  let [atOnce, most] = [0, 0];
  const get: Store['get'] = async (...args) => {
    most = Math.max(most, ++atOnce);
    await setImmediate();
    return store.get(...args).finally(() => atOnce--);
  };
  const watcher = new LedgerReader({ store: { ...store, get }, batch }, { run, rounds, steps: spec.steps });
  expect((await watcher.look()).counts).toMatchObject({ done: 600, waiting: 1 });
  // Rounds are read many at once: one after the other, the first look at a day's would take minutes.
  expect(most).toBeGreaterThan(16);
  const asked: string[] = [];
  const describe = batch.describe.bind(batch);
  batch.describe = ids => {
    asked.push(...ids);
    return describe(ids);
  };
  calls.length = 0;
  expect(await jobs.look([last!.id])).toEqual([]);
  // It asks Batch at every look here.
  expect(calls.map(call => call.split(' ')[0])).toEqual(['list', 'list', 'describe', 'list', 'list']);
  calls.length = 0;
  expect((await watcher.look()).counts).toMatchObject({ done: 600, waiting: 1 });
  expect(calls).toEqual(['describe']);
  expect(asked).toEqual(['job-300', 'job-300']);
});

it('a size that Batch does not take fails alone, and can never start after that', async () => {
  const { head, batch, fail, store, worked } = lab();
  const jobs = head();
  let submits = 0;
  // Taken, but the answer is lost, and it is not listed yet.
  fail(call => call === 'answer of submit' && ++submits === 2);
  batch.findByName = async () => [];
  const [a, b] = await jobs.submit([job('a'), job('b', large)]);
  expect(a).toMatchObject({ name: 'a' });
  expect(b).toBeInstanceOf(Error);
  fail(() => false);
  // The workflow tries it again.
  const [again] = await jobs.submit([job('b', large)]);
  expect(again).toMatchObject({ name: 'b' });
  await batch.runAll(store, () => true);
  expect(await worked()).toEqual({ a: 1, b: 1 });
});

it('a job that is terminated is so by its child’s id', async () => {
  const { head, batch } = lab();
  const jobs = head();
  const sent = (await jobs.submit([job('a'), job('b'), job('C', large)])) as readonly SentJob[];
  const ended: string[] = [];
  batch.terminate = async id => void ended.push(id);
  await jobs.terminate(
    sent.map(each => each.id),
    'enough',
  );
  expect(ended).toEqual(['job-0:0', 'job-0:1', 'job-1']);
});
