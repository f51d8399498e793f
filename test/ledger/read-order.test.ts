import { readLedger } from '../../lib/ledger/ledger.ts';
import { doneKey, indexKey, itemsKey } from '../../lib/spec/keys.ts';
import type { BatchPort, JobDetail, Store } from '../../lib/spec/ports.ts';
import type { PlannedStep, RoundPlan } from '../../lib/spec/run.ts';
import { encodeShards } from '../../lib/spec/shard-index.ts';

const run = { workload: 'scan', runId: 'r' };

function memory(): { readonly store: Store; readonly objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  const store = {
    bucket: 'lab',
    get: async (key: string) => objects.get(key),
    put: async (key: string, body: Buffer | string, options: { ifNoneMatch?: boolean } = {}) => {
      if (options.ifNoneMatch && objects.has(key)) return false;
      objects.set(key, Buffer.from(body));
      return true;
    },
    async *list(prefix: string) {
      for (const key of [...objects.keys()].sort())
        if (key.startsWith(prefix)) yield { key, size: 0, etag: '', lastModified: new Date(0) };
    },
  };
  return { store: store as unknown as Store, objects };
}

/** A run of one step with a shard an item, as it is in the bucket. */
function planned(names: readonly string[]) {
  const { store, objects } = memory();
  const items = names.map(name => ({ name }));
  const file = encodeShards(items.map(item => [item]));
  const step: PlannedStep = {
    name: 'run',
    takes: 'item',
    dependsOn: [],
    items: items.length,
    shards: items.length,
    itemsKey: itemsKey(run, 0, 'run'),
    indexKey: indexKey(run, 0, 'run'),
    jobQueue: 'queue',
    jobDefinition: 'definition',
    vcpus: 1,
    memoryMiB: 512,
    timeoutSeconds: 60,
    attempts: 1,
    arrays: [{ array: 0, offset: 0, size: items.length, jobName: 'job' }],
  };
  const plan: RoundPlan = {
    version: 1,
    ...run,
    lab: 'lab',
    round: 0,
    createdAt: '2026-01-01T00:00:00Z',
    parameters: {},
    arguments: [],
    onItemFailure: 'continue',
    steps: [step],
  };
  objects.set(step.itemsKey, Buffer.from(file.items));
  objects.set(step.indexKey, Buffer.from(file.index));
  return { store, objects, items, plan };
}

it('a shard that ends while the ledger is read is done, never failed', async () => {
  const { store, objects, items, plan } = planned(['a']);
  const job = { jobId: 'id', jobName: 'job', status: 'SUCCEEDED', attempts: [] } as unknown as JobDetail;
  const batch = {
    findByName: async () => [{ jobId: 'id', jobName: 'job', status: 'RUNNING' }],
    describe: async () => {
      // The container leaves its mark, ends, and Batch says so: all of it between two requests of ours.
      objects.set(doneKey(run, { round: 0, step: 'run', shard: 0 }), Buffer.from('{}'));
      return [job];
    },
  } as unknown as BatchPort;
  const { rows, ended } = await readLedger({ store, batch }, [plan], items);
  expect([rows.map(row => row.state), ended]).toEqual([['done'], true]);
});

it('children that have started are running, whatever the array’s summary still says', async () => {
  const { store, items, plan } = planned(['a', 'b']);
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
  const { rows } = await readLedger({ store, batch }, [plan], items);
  expect(rows.map(row => row.state)).toEqual(['running', 'failed']);
});
