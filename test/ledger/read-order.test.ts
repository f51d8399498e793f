import type { BatchPort, JobDetail } from '../../lib/contract/ports/ports.ts';
import { doneKey, resultKey } from '../../lib/contract/run/keys.ts';
import type { RoundPlan } from '../../lib/contract/run/run.ts';
import { detailedShards } from '../../lib/ledger/ledger.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';

const run = { workload: 'scan', runId: 'r' };

/** A run of one step, with a shard an item where no more are said, as it is in the bucket. */
async function planned(names: readonly string[], perShard = 1) {
  const store = memoryStore();
  const items = names.map(name => ({ name }));
  const shards = Array.from({ length: items.length / perShard }, (_, shard) =>
    items.slice(shard * perShard, (shard + 1) * perShard),
  );
  const arrays = [{ array: 0, offset: 0, size: shards.length, jobName: 'job', lane: 0, after: [] }];
  const { plan, files } = oneStepRound(run, shards, { step: { arrays } });
  const { lab, request, createdAt } = plan;
  await storeRun(store, run, { version: 2, runId: 'r', lab, request, createdAt, items: items.length }, items);
  await storeRound(store, plan, files);
  return { store, objects: store.objects, plan };
}

const look = (ports: { store: ReturnType<typeof memoryStore>; batch: BatchPort }, plan: RoundPlan) =>
  new LedgerReader(ports, { run, rounds: [plan], steps: [{ name: 'run', takes: 'item' }] }).look();

it('a shard that ends while the ledger is read is done, never failed', async () => {
  const { store, objects, plan } = await planned(['a']);
  const job = { jobId: 'id', jobName: 'job', status: 'SUCCEEDED', attempts: [] } as unknown as JobDetail;
  const batch = {
    findByName: async () => [{ jobId: 'id', jobName: 'job', status: 'RUNNING' }],
    describe: async () => {
      // The container leaves its mark, ends, and Batch says so: all of it between two requests of ours.
      objects.set(doneKey(run, { round: 0, step: 'run', shard: 0 }), Buffer.from('{}'));
      return [job];
    },
  } as unknown as BatchPort;
  const { rows, ended } = await look({ store, batch }, plan);
  expect([rows.map(row => row.state), ended]).toEqual([['done'], true]);
});

it('children that have started are running, whatever the array’s summary still says', async () => {
  const { store, plan } = await planned(['a', 'b']);
  const parent = { jobId: 'id', jobName: 'job', status: 'PENDING', arraySize: 2, attempts: [] };
  const child = (index: number) => ({
    jobId: `id:${index}`,
    jobName: 'job',
    arrayIndex: index,
    attempts: [],
  });
  const batch = {
    findByName: async () => [{ jobId: 'id', jobName: 'job', status: 'PENDING' }],
    describe: async (ids: readonly string[]) =>
      ids.map(id =>
        id === 'id'
          ? { ...parent, statusSummary: { STARTING: 2 } }
          : { ...child(Number(id.slice(3))), status: id === 'id:0' ? 'RUNNING' : 'FAILED', exitCode: 3 },
      ),
    async *children(_: string, status: string) {
      if (status === 'RUNNING') yield { ...child(0), status };
      if (status === 'FAILED') yield { ...child(1), status };
    },
  } as unknown as BatchPort;
  const { rows } = await look({ store, batch }, plan);
  expect(rows.map(row => row.state)).toEqual(['running', 'failed']);
});

const allDone = {
  findByName: async () => [{ jobId: 'id' }],
  describe: async () => [{ jobId: 'id', status: 'SUCCEEDED', attempts: [], statusSummary: {} }],
} as unknown as BatchPort;

it('of two jobs that have an array’s name, and no claim, the one that was sent first is its job', async () => {
  const { store, plan } = await planned(['a']);
  const jobs = [
    { jobId: 'second', jobName: 'job', status: 'FAILED', attempts: [] },
    { jobId: 'first', jobName: 'job', status: 'RUNNING', attempts: [] },
  ] as unknown as JobDetail[];
  const batch = {
    // As Batch lists them: the newest first.
    findByName: async () => jobs,
    describe: async (ids: readonly string[]) => jobs.filter(job => ids.includes(job.jobId)),
  } as unknown as BatchPort;
  const { rows } = await look({ store, batch }, plan);
  expect(rows.map(row => [row.state, row.jobId])).toEqual([['running', 'first']]);
});

it('what was done in a tenth try is told by the record of that try', async () => {
  const { store, objects, plan } = await planned(['a']);
  const at = { round: 0, step: 'run', shard: 0 };
  for (const attempt of [9, 10]) {
    const [endedAt, outputs] = [`2026-01-${attempt + 10}`, [{ key: `${attempt}.csv`, bytes: 1 }]];
    const items = [{ name: 'a', state: attempt === 10 ? 'done' : 'failed', outputs }];
    const record = { version: 2, jobId: 'id', endedAt, items };
    objects.set(resultKey(run, { ...at, jobId: 'id', attempt }), Buffer.from(JSON.stringify(record)));
  }
  objects.set(doneKey(run, at), Buffer.from('{}'));
  const { rows } = await look({ store, batch: allDone }, plan);
  const made: string[] = [];
  for await (const row of rows.stream({ details: true }))
    made.push(...(row.outputs ?? []).map(each => each.key));
  expect(made).toEqual(['10.csv']);
});

it('what every item has made is read where it is asked for, however many shards there are', async () => {
  const names = Array.from({ length: detailedShards + 1 }, (_, index) => `p${index}`);
  const { store, objects, plan } = await planned(names);
  names.forEach((name, shard) => {
    const at = { round: 0, step: 'run', shard };
    const outputs = [{ key: `${name}.csv`, bytes: 1 }];
    const record = { version: 2, jobId: 'id', endedAt: 'x', items: [{ name, state: 'done', outputs }] };
    objects.set(resultKey(run, { ...at, jobId: 'id', attempt: 1 }), Buffer.from(JSON.stringify(record)));
    objects.set(doneKey(run, at), Buffer.from('{}'));
  });
  const { rows } = await look({ store, batch: allDone }, plan);
  const made = async (details: boolean) => {
    let count = 0;
    for await (const row of rows.stream({ details })) if (row.outputs) count++;
    return count;
  };
  expect(await made(false)).toBe(0);
  expect(await made(true)).toBe(names.length);
});

it('of names the rows are in the run’s order, each once, and none is of a name that the run has not', async () => {
  const { store, plan } = await planned(['a', 'b', 'c']);
  const { rows } = await look({ store, batch: allDone }, plan);
  const names: string[] = [];
  for await (const row of rows.stream({ details: true, names: ['c', 'nobody', 'a', 'c'] }))
    names.push(row.name);
  expect(names).toEqual(['a', 'c']);
});

it('of a few items of large shards each, few records are held at a time', async () => {
  const [shards, perShard] = [40, 1000];
  const names = Array.from({ length: shards * perShard }, (_, index) => `p${index}`);
  const { store, objects, plan } = await planned(names, perShard);
  for (let shard = 0; shard < shards; shard++) {
    const at = { round: 0, step: 'run', shard };
    const own = names.slice(shard * perShard, (shard + 1) * perShard);
    const items = own.map(name => ({ name, state: 'done', outputs: [{ key: `${name}.csv`, bytes: 1 }] }));
    const record = { version: 2, jobId: 'id', endedAt: 'x', items };
    objects.set(resultKey(run, { ...at, jobId: 'id', attempt: 1 }), Buffer.from(JSON.stringify(record)));
    objects.set(doneKey(run, at), Buffer.from('{}'));
  }
  const { rows } = await look({ store, batch: allDone }, plan);
  const read: number[] = [];
  const some = names.filter((_, index) => index % perShard === 7);
  const made: string[] = [];
  let before = 0;
  const see = (): void => void before++;
  for await (const row of rows.stream({ details: true, names: some, see })) {
    if (before > 0) read.push(before);
    before = 0;
    made.push(...(row.outputs ?? []).map(each => each.key));
  }
  expect(made).toEqual(some.map(name => `${name}.csv`));
  expect(read.reduce((sum, each) => sum + each, 0)).toBe(shards);
  expect(Math.max(...read)).toBeLessThan(10);
});
