import { readLedger } from '../../lib/ledger/ledger.ts';
import { doneKey, indexKey, itemsKey } from '../../lib/spec/keys.ts';
import type { BatchPort, JobDetail, Store } from '../../lib/spec/ports.ts';
import type { RoundPlan } from '../../lib/spec/run.ts';
import { encodeShards } from '../../lib/spec/shard-index.ts';

const run = { workload: 'scan', runId: 'r' };
const items = [{ name: 'a' }];

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

it('a shard that ends while the ledger is read is done, never failed', async () => {
  const { store, objects } = memory();
  const file = encodeShards([items]);
  const step = {
    name: 'run',
    takes: 'item' as const,
    dependsOn: [],
    items: 1,
    shards: 1,
    itemsKey: itemsKey(run, 0, 'run'),
    indexKey: indexKey(run, 0, 'run'),
    jobQueue: 'queue',
    jobDefinition: 'definition',
    vcpus: 1,
    memoryMiB: 512,
    timeoutSeconds: 60,
    attempts: 1,
    arrays: [{ array: 0, offset: 0, size: 1, jobName: 'job' }],
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
