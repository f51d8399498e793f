import { claimKey, resultKey } from '../../lib/contract/run/keys.ts';
import { LedgerReader } from '../../lib/ledger/reader.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { oneStepRound } from '../helpers/one-step-round.ts';
import { ArrayBatch } from './history/array-batch.ts';

const run = { workload: 'scan', runId: 'r' };
const size = 250;

/** A run whose children all wait, and a look at it that answers what it asked for. */
async function waiting() {
  const calls: string[] = [];
  const store = memoryStore(call => void calls.push(call.split(' ')[0]!));
  const batch = new ArrayBatch();
  const items = Array.from({ length: size }, (_, index) => ({ name: `p${index}` }));
  const arrays = [{ array: 0, offset: 0, size, jobName: 'job', lane: 0, after: [] }];
  const { plan, files } = oneStepRound(
    run,
    items.map(item => [item]),
    { step: { arrays } },
  );
  const { lab, request, createdAt } = plan;
  await storeRun(store, run, { version: 2, runId: 'r', lab, request, createdAt, items: size }, items);
  await storeRound(store, plan, files);
  const { jobId } = await batch.submit({
    ...{ jobName: 'job', jobQueue: 'queue', jobDefinition: 'definition', arraySize: size },
    ...{ dependsOn: [], environment: {} },
  });
  store.objects.set(claimKey(run, 0, 'run', 0), Buffer.from(JSON.stringify({ jobId })));
  const reader = new LedgerReader(
    { store, batch },
    { run, rounds: [plan], steps: [{ name: 'run', takes: 'item' }] },
  );
  batch.before = call => void calls.push(call);
  const look = async () => {
    calls.length = 0;
    const { rows } = await reader.look();
    return { rows, calls: [...calls] };
  };
  await look();
  return { store, jobId, children: batch.jobs[0]!.children, look };
}

it.each([
  [0, 1],
  [98, 1],
  [99, 2],
  [249, 3],
])(
  'an attempt of waiting child %d that no summary ever told of is seen after %d looks, of a request each',
  async (index, looks) => {
    const { store, jobId, children, look } = await waiting();
    const at = { round: 0, step: 'run', shard: index, jobId: `${jobId}:${index}`, attempt: 1 };
    const record = {
      version: 2,
      jobId: at.jobId,
      endedAt: '2026-01-01T00:00:00.000Z',
      exitCode: 75,
      items: [],
    };
    store.objects.set(resultKey(run, at), Buffer.from(JSON.stringify(record)));
    children[index]!.attempts = [{ exitCode: 75 }];
    for (let more = looks - 1; more > 0; more--) {
      const { rows, calls } = await look();
      expect([rows.at(index)!.attempts, calls]).toEqual([0, ['describe']]);
    }
    expect((await look()).rows.at(index)!.attempts).toBe(1);
    for (let more = 0; more < 6; more++) expect((await look()).calls).toEqual(['describe']);
  },
);

it('one that left no record is looked for once', async () => {
  const { children, look } = await waiting();
  children[5]!.attempts = [{ statusReason: 'Host EC2 (instance i-0abcdef12) terminated.' }];
  expect((await look()).calls).toContain('list');
  for (let more = 0; more < 6; more++) expect((await look()).calls).toEqual(['describe']);
});
