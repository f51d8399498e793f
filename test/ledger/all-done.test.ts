import { claimKey, doneKey, resultKey } from '../../lib/contract/run/keys.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';
import { ArrayBatch } from './history/array-batch.ts';

const run = { workload: 'scan', runId: 'r' };
const [arrays, size] = [250, 2];

it('of what is all done nobody is asked again, and what is told of it stays as it was when Batch has forgotten it', async () => {
  const calls: string[] = [];
  const store = memoryStore(call => void calls.push(call));
  const batch = new ArrayBatch();
  const items = Array.from({ length: arrays * size }, (_, index) => ({ name: `p${index}` }));
  // Every third is a job of one shard, and no array.
  const sizeOf = (array: number): number => (array % 3 === 0 ? 1 : size);
  let offset = 0;
  const planned = Array.from({ length: arrays }, (_, array) => {
    const at = { array, offset, size: sizeOf(array), jobName: `job-${array}`, lane: 0, after: [] };
    offset += at.size;
    return at;
  });
  const shards = items.slice(0, offset).map(item => [item]);
  const { plan, files } = oneStepRound(run, shards, { step: { arrays: planned } });
  const { lab, request, createdAt } = plan;
  await storeRun(
    store,
    run,
    { version: 2, runId: 'r', lab, request, createdAt, items: offset },
    shards.flat(),
  );
  await storeRound(store, plan, files);
  for (const each of planned) {
    const { jobId } = await batch.submit({
      ...{ jobName: each.jobName, jobQueue: 'queue', jobDefinition: 'definition', dependsOn: [] },
      ...(each.size > 1 ? { arraySize: each.size } : {}),
      environment: {},
    });
    store.objects.set(claimKey(run, 0, 'run', each.array), Buffer.from(JSON.stringify({ jobId })));
    for (const child of batch.jobs[each.array]!.children) {
      // All but the last one are done, at their second attempt.
      child.status = each.array === arrays - 1 ? 'RUNNING' : 'SUCCEEDED';
      if (child.status === 'RUNNING') continue;
      const [shard, attempt] = [each.offset + child.index, 2];
      child.attempts = [{ exitCode: 75 }, { exitCode: 0 }];
      const at = { round: 0, step: 'run', shard, jobId: each.size > 1 ? `${jobId}:${child.index}` : jobId };
      const record = {
        version: 2,
        ...at,
        attempt,
        endedAt: 'x',
        exitCode: 0,
        items: [{ name: `p${shard}`, state: 'done' }],
      };
      store.objects.set(resultKey(run, { ...at, attempt }), Buffer.from(JSON.stringify(record)));
      store.objects.set(doneKey(run, at), Buffer.from('{}'));
    }
  }
  batch.told();
  const readerOf = () =>
    new LedgerReader({ store, batch }, { run, rounds: [plan], steps: [{ name: 'run', takes: 'item' }] });
  const kept = readerOf();
  const rows = async (reader: LedgerReader) => JSON.stringify((await reader.look()).rows.map(row => row));
  const before = await rows(kept);
  const asked: string[] = [];
  const describe = batch.describe.bind(batch);
  batch.describe = ids => {
    asked.push(...ids);
    return describe(ids);
  };
  [batch.asked, calls.length] = [0, 0];
  expect(await rows(kept)).toBe(before);
  expect([batch.asked, calls, asked]).toEqual([1, [], ['job-249']]);
  for (const job of batch.jobs.slice(0, -1)) job.forgotten = true;
  expect(await rows(kept)).toBe(before);
  expect(await rows(readerOf())).toBe(before);
});
