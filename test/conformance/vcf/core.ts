import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readLog } from '../../../containers/vcf/dataset-log.ts';
import { vacuumDataset } from '../../../containers/vcf/tasks/task-vacuum.ts';
import type { VcfWorld } from '../../../containers/vcf/vcf-world.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';

/** `node core.ts PYTHON FOLDER`: what we read of TileDB's own commits, and that nothing is lost by our vacuum. */
const [python = '', root = ''] = process.argv.slice(2);
const dataset = join(root, 'dataset');
const py = (what: string): string =>
  execFileSync(python, [join(import.meta.dirname, 'core.py'), what, dataset], { encoding: 'utf8' }).trim();
/** The folder as a bucket. */
const bucket = {
  async *list(prefix: string) {
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1));
    for (const key of files.filter(each => each.startsWith(prefix)).sort())
      yield { key, size: statSync(join(root, key)).size, etag: `"${key}"`, lastModified: new Date(0) };
  },
  get: async (key: string) => (existsSync(join(root, key)) ? readFileSync(join(root, key)) : undefined),
  deleteMany: async (entries: readonly { readonly key: string }[]) =>
    entries.map(({ key }) => {
      rmSync(join(root, key));
      return { key, outcome: 'deleted' as const };
    }),
} as Partial<ObjectStore> as ObjectStore;
const checkpoints = new Map<string, string>();
const world = {
  items: [],
  parameters: { 'dataset-uri': 's3://bucket/dataset' },
  signal: new AbortController().signal,
  config: [],
  store: () => bucket,
  checkpoint: (item: string, step = 'vacuum') => ({
    read: async () => checkpoints.get(`${step}/${item}`),
    write: async (text: string) => void checkpoints.set(`${step}/${item}`, text),
  }),
} as Partial<VcfWorld> as VcfWorld;
const commitsOf = (suffix: string): number =>
  readdirSync(join(dataset, 'data/__commits')).filter(name => name.endsWith(suffix)).length;

console.log(py('store'));
const before = await readLog(bucket, 'dataset/');
const rows = py('read');
assert.equal(before.headers.filter(name => name.endsWith('.wrt')).length, 5);
assert.equal(before.headers.filter(name => name.endsWith('.del')).length, 1);
py('consolidate');
assert.equal(commitsOf('.con'), 1);
assert.deepEqual(await readLog(bucket, 'dataset/'), before);
const { removed } = await vacuumDataset(world);
assert.equal(commitsOf('.wrt'), 0);
assert.deepEqual(await readLog(bucket, 'dataset/'), before);
assert.equal(py('read'), rows);
py('add');
const after = await readLog(bucket, 'dataset/');
assert.equal(after.headers.length, before.headers.length + 1);
assert.notEqual(after.data, before.data);
assert.notEqual(after.fragments, before.fragments);
py('consolidate');
await vacuumDataset(world);
assert.deepEqual((await readLog(bucket, 'dataset/')).headers, after.headers);
console.log(
  `ok      the log of a dataset is the same after TileDB has consolidated its commits and we have removed ${removed} files; a store adds one to it`,
);
