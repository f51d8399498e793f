import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { JobsPort, QueuedJob, SentJob } from '../../jobs/pypeliner/queue/job-queue.ts';
import { openJobs } from '../../jobs/pypeliner/queue/open-jobs.ts';
import { pypeliner } from '../../jobs/pypeliner/spec.ts';
import { laneOfJob } from '../../lib/cli/queue/lane-of-job.ts';
import { openRounds } from '../../lib/cli/queue/open-rounds.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { withListedKinds } from '../../lib/config/listed-kinds.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { JobResources } from '../../lib/contract/ports/open-run.ts';
import type { JobDetail, Store } from '../../lib/contract/ports/ports.ts';
import { doneKey, outputsPrefix, planKey, resultKey } from '../../lib/contract/run/keys.ts';
import type { AttemptRecord } from '../../lib/contract/run/records.ts';
import type { RoundPlan } from '../../lib/contract/run/run.ts';
import { decodeItems } from '../../lib/contract/run/shard-index.ts';
import type { LabError } from '../../lib/contract/workload/errors.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { storeRun } from '../../lib/runs/store-round.ts';
import { readRun } from '../../lib/runs/stored-run.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { SimulatedBatch } from '../runs/simulated-batch.ts';

const run = { workload: 'pypeliner', runId: '20261128t120000z-aaaaaa' };
const open = { workload: 'pypeliner', parameters: {}, open: true } as const;
const file = join(tmpdir(), `open-jobs-${process.pid}`);
afterAll(() => rmSync(file, { force: true }));

const input: LabConfigInput = {
  workloads: { pypeliner: { kinds: { bwa: { base: 'quay.io/lab/bwa:0.7' } } } },
};
const config = resolveConfig(input, [pypeliner]);
const spec = withListedKinds(pypeliner, config.workloads.pypeliner);

/** A run's store and Batch, which outlive heads; `calls` are all requests, and a request may fail. */
function lab() {
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
      ...openRounds({ store, batch }, { batchMs: 0 }, (round, groups) =>
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
const small: JobResources = { vcpus: 1, memoryMiB: 2048, market: 'spot' };
const large: JobResources = { vcpus: 4, memoryMiB: 16_384, market: 'on-demand' };
const job = (name: string, resources = small): QueuedJob => ({
  name,
  fingerprint: 'f',
  payload: Buffer.from(name),
  resources,
});

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

it('those that are done are learnt by two listings, whatever Batch would say, and their results fetched', async () => {
  const { head, batch, store, calls } = lab();
  const jobs = head();
  const [a, b] = (await jobs.submit([job('a'), job('b', large)])) as readonly SentJob[];
  expect(await jobs.look([a!.id, b!.id])).toEqual([]);
  await batch.runAll(store, () => true);
  await store.put(`${outputsPrefix(run, b!.id)}after`, 'the pickle');
  calls.length = 0;
  expect(new Set(await jobs.look([a!.id, b!.id]))).toEqual(new Set([a!.id, b!.id]));
  expect(calls.map(call => call.split(' ')[0])).toEqual(['list', 'list']);
  expect(await jobs.result(b!.id, file)).toEqual({ hasResult: true, text: 'is done' });
  expect(readFileSync(file, 'utf8')).toBe('the pickle');
});

const record = (shard: number, more: Partial<AttemptRecord>): AttemptRecord => ({
  version: 2,
  runId: run.runId,
  step: 'run',
  round: 0,
  shard,
  jobId: 'job-0:1',
  attempt: 1,
  startedAt: '',
  endedAt: '',
  exitCode: 64,
  host: { instanceId: 'i-0abc', instanceType: 'm7i.large', hostname: 'h' },
  ...more,
});
const putRecord = (store: Store, given: AttemptRecord) =>
  store.put(resultKey(run, given), JSON.stringify(given));

/** Batch says of the array of a round, and of its children, what they have come to. */
function say(batch: SimulatedBatch, ...children: readonly Partial<JobDetail>[]): void {
  const whole = children.map(
    (child, arrayIndex): JobDetail => ({
      ...{
        jobId: `job-0:${arrayIndex}`,
        jobName: 'x',
        status: 'RUNNING',
        createdAt: 0,
        attempts: [],
        arrayIndex,
      },
      ...child,
    }),
  );
  const statusSummary: Record<string, number> = {};
  for (const { status } of whole) statusSummary[status] = (statusSummary[status] ?? 0) + 1;
  const parent: JobDetail = {
    ...{ jobId: 'job-0', jobName: 'x', status: 'PENDING', createdAt: 0, attempts: [] },
    ...{ arraySize: whole.length, statusSummary },
  };
  batch.describe = async ids => [parent, ...whole].filter(each => ids.includes(each.jobId));
  batch.children = async function* (_, status) {
    yield* whole.filter(each => each.status === status);
  };
}

it('one that has failed tells its exit code, reason, host and the end of its log, and leaves its pickle', async () => {
  const { head, store, batch } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  const at = outputsPrefix(run, b!.id);
  await store.put(`${at}after`, 'the pickle');
  await store.put(`${at}log`, 'Traceback');
  const outputs = [
    { key: `${at}after`, bytes: 10 },
    { key: `${at}log`, bytes: 9 },
  ];
  const reason = 'the job’s function failed';
  await putRecord(
    store,
    record(1, { items: [{ name: b!.id, state: 'failed', exitCode: 64, reason, outputs }] }),
  );
  // Its host may be lost behind the record, and Batch try it again.
  say(batch, {}, {});
  expect(await jobs.look([b!.id])).toEqual([]);
  say(batch, {}, { status: 'FAILED', exitCode: 64, statusReason: 'Essential container in task exited' });
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  expect(await jobs.result(b!.id, file)).toEqual({
    hasResult: true,
    host: 'i-0abc m7i.large',
    text: `failed: exit code 64, ${reason}, on i-0abc m7i.large, job job-0:1\nTraceback`,
  });
});

it('one that was interrupted is waited for: Batch tries it again', async () => {
  const { head, store, batch } = lab();
  const jobs = head();
  const [a] = (await jobs.submit([job('a')])) as readonly SentJob[];
  await putRecord(store, record(0, { jobId: 'job-0', exitCode: 75 }));
  expect(await jobs.look([a!.id])).toEqual([]);
  await batch.runAll(store, () => true);
  expect(await jobs.look([a!.id])).toEqual([a!.id]);
});

it('one that was killed without a word is told by Batch', async () => {
  const { head, batch } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  say(
    batch,
    {},
    {
      status: 'FAILED',
      statusReason: 'Task failed to start',
      exitCode: 137,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
      logStream: 'stream-1',
    },
  );
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  const { text } = await jobs.result(b!.id, file);
  expect(text).toContain('exit code 137, OutOfMemoryError: Container killed due to memory usage');
  expect(text).toContain('Task failed to start');
  expect(text).toContain('the end of stream-1');
});

it('a look that breaks off half-way tells no half of an end', async () => {
  const { head, batch } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  say(batch, {}, { status: 'FAILED', exitCode: 137, reason: 'OutOfMemoryError' });
  const describe = batch.describe;
  let isCut = true;
  batch.describe = async ids => {
    // That it has failed is listed by then, and why is not known.
    if (isCut && !ids.includes('job-0')) throw new Error('no answer');
    return describe(ids);
  };
  await expect(jobs.look([b!.id])).rejects.toThrow('no answer');
  await expect(jobs.look([b!.id])).rejects.toThrow('no answer');
  isCut = false;
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  expect((await jobs.result(b!.id, file)).text).toContain('exit code 137, OutOfMemoryError');
});

it('one that ends while it is looked at is done, never failed', async () => {
  const { head, batch, store } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  say(batch, {}, { status: 'FAILED', statusReason: 'Host EC2 (instance i-0abc) terminated.' });
  const describe = batch.describe;
  batch.describe = async ids => {
    await store.put(doneKey(run, { round: 0, step: 'run', shard: 1 }), '{}');
    return describe(ids);
  };
  await store.put(`${outputsPrefix(run, b!.id)}after`, 'x');
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  expect(await jobs.result(b!.id, file)).toEqual({ hasResult: true, text: 'is done' });
});

it('after hundreds of rounds a look costs what the one under way costs, for the head and for who watches', async () => {
  const { head, batch, store, calls } = lab();
  await storeRun(
    store,
    run,
    { version: 2, runId: run.runId, lab: 'lab', request: open, items: 0, createdAt: '' },
    [],
  );
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
  await storeRun(
    store,
    run,
    { version: 2, runId: run.runId, lab: 'lab', request: open, items: 0, createdAt: '' },
    [],
  );
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

describe('an image that a job’s context names', () => {
  const lane = (image: string) => laneOfJob(spec, config, { ...small, image });

  it('is a kind of jobs, by its name or by its URI', async () => {
    expect([lane('bwa').kind, lane('quay.io/lab/bwa:0.7').kind]).toEqual(['bwa', 'bwa']);
    const { head, batch } = lab();
    await head().submit([job('a'), job('b', { ...small, image: 'bwa' })]);
    expect(batch.jobs.map(each => each.job.jobDefinition)).toEqual([
      'arraylab-lab-pypeliner-x86',
      'arraylab-lab-pypeliner-bwa-x86',
    ]);
  });

  it('has to be listed', () => {
    const problemOf = (image: string) => {
      try {
        return String(lane(image).kind);
      } catch (error) {
        return (error as LabError).problems[0];
      }
    };
    expect(problemOf('bwq')).toMatchObject({ where: 'docker_image bwq', fix: 'did you mean bwa?' });
    expect(problemOf('quay.io/else/star:2')).toMatchObject({
      message: expect.stringContaining('its kinds are bwa'),
      fix: expect.stringContaining("{ base: 'quay.io/else/star:2' }"),
    });
  });
});

it('more scratch than a job has is refused', () => {
  expect(() => laneOfJob(spec, config, { ...small, scratchGiB: 500 })).toThrow('disk 500');
});
