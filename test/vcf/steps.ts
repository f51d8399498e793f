import { createDataset } from '../../containers/vcf/tasks/task-create.ts';
import { finishDataset } from '../../containers/vcf/tasks/task-finish.ts';
import { vacuumDataset } from '../../containers/vcf/tasks/task-vacuum.ts';
import { type VerifiedSample, verifyShard } from '../../containers/vcf/tasks/task-verify.ts';
import type { VcfWorld } from '../../containers/vcf/vcf-world.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { laboratory, samplesOf } from './in-process.ts';
import type { MadeSample } from './sample-files.ts';
import type { Disk } from './stand-in/disk.ts';

const prefix = 'dataset/';

/** A run's steps in this process, over a dataset in memory: the stand-in and our code see the same objects. */
export function stepsOf(made: readonly MadeSample[]) {
  const bucket = memoryStore();
  const lab = laboratory(made, before => diskIn(bucket, before));
  const inputs = memoryStore();
  const samples = samplesOf(made);
  for (const [k, { index }] of samples.entries())
    inputs.objects.set(index.slice('s3://genomes/'.length), made[k]!.index);
  const log: string[] = [];
  const world = (step: string): VcfWorld => ({
    runId: 'r',
    items: samples.map(({ name, uri, index }) => ({
      name,
      labels: { sample: name, uri, index, etag: 'e' },
    })),
    parameters: { 'dataset-uri': 's3://out/dataset', continue: 'true' },
    folder: lab.root,
    limits: { vcpus: 2, memoryMiB: 2000 },
    clock: lab.clock(0),
    signal: new AbortController().signal,
    config: [],
    call: lab.call(0),
    store: name => (name === 'out' ? deleting(bucket) : (inputs as Store as ObjectStore)),
    file: async () => undefined,
    checkpoint: (item, of = step) => {
      // Attempts of the laboratory keep theirs by name alone.
      const key = of === 'store' ? item : `${of}/${item}`;
      return {
        read: async () => lab.checkpoints.get(key),
        write: async text => void lab.checkpoints.set(key, text),
      };
    },
    bcftools: async () => 1,
    log: line => void log.push(line),
  });
  return {
    ...lab,
    samples,
    log,
    objects: bucket.objects,
    create: () => createDataset(world('create')),
    consolidate: () => finishDataset(world('consolidate')),
    vacuum: () => vacuumDataset(world('vacuum')),
    verify: (): Promise<readonly VerifiedSample[]> => verifyShard(world('verify')),
  };
}

const diskIn = ({ objects }: ReturnType<typeof memoryStore>, before: (write: string) => void): Disk => ({
  get: async key => objects.get(`${prefix}${key}`),
  put: async (key, body) => {
    before(key);
    objects.set(`${prefix}${key}`, Buffer.from(body));
  },
  list: async wanted =>
    [...objects.keys()]
      .filter(key => key.startsWith(`${prefix}${wanted}`))
      .map(key => key.slice(prefix.length))
      .sort(),
  remove: async key => void objects.delete(`${prefix}${key}`),
});

const deleting = (store: ReturnType<typeof memoryStore>): ObjectStore =>
  ({
    ...store,
    deleteMany: async entries =>
      entries.map(({ key }) => ({ key, outcome: store.objects.delete(key) ? 'deleted' : 'gone' })),
  }) as Partial<ObjectStore> as ObjectStore;
