import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { checkTask, exportTask } from '../../containers/vcf/tasks/tasks-export.ts';
import {
  consolidateTask,
  createTask,
  storeTask,
  vacuumTask,
  verifyTask,
} from '../../containers/vcf/tasks/tasks-ingest.ts';
import { knownNames } from '../../jobs/vcf/dataset.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';
import { startContainers } from './container.ts';
import { makeIndex, makeSample } from './sample-files.ts';

const made = ['ann', 'bob', 'eve'].map((name, seed) => makeSample(name, { seed, blocks: seed === 1 }));
const parameters = { 'dataset-uri': 's3://variants/cohort', attributes: 'fmt_DP' };
let lab: Awaited<ReturnType<typeof startContainers>>;
let items: readonly Item[];

beforeAll(async () => {
  lab = await startContainers();
  // The same file name in every folder, as pipelines leave it.
  items = await Promise.all(made.map(each => lab.sample(each)));
});
afterAll(() => lab.stop());

const keysBelow = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of lab.store('variants').list(prefix)) keys.push(key);
  return keys;
};

it('a dataset is made once, opens, and says what it is', async () => {
  const first = await lab.run(createTask, { items, parameters });
  expect(first).toMatchObject({
    exitCode: 0,
    facts: { made: 'yes', attributes: 'fmt_GT,fmt_DP', samplesBefore: 0 },
  });
  const marker = JSON.parse((await lab.store('variants').get('cohort/arraylab-dataset.json'))!.toString());
  expect(marker).toMatchObject({ attributes: ['fmt_GT', 'fmt_DP'], statistics: false, runId: 'r1' });
  expect(await lab.run(createTask, { items, parameters })).toMatchObject({
    exitCode: 0,
    facts: { made: 'no' },
  });
});

it('a create that was killed is tried again, and half a dataset is told then, with what to do; at its last write, too', async () => {
  for (const [at, name] of [
    [2, 'early'],
    [4, 'late'],
  ] as const) {
    const given = { items, parameters: { 'dataset-uri': `s3://variants/${name}` } };
    const environment = { STAND_IN_KILLED_AT: String(at) };
    expect(await lab.run(createTask, { ...given, environment, asProcess: true })).toMatchObject({
      exitCode: 137,
      again: true,
    });
    expect(await keysBelow(`${name}/arraylab-dataset.json`)).toEqual([]);
    const { exitCode, reason } = await lab.run(createTask, given);
    expect([exitCode, reason]).toEqual([
      64,
      expect.stringMatching(/holds half a dataset: its create was killed.*aws s3 rm --recursive/),
    ]);
  }
});

it('half a dataset is refused with what to do, and nothing is made of it', async () => {
  await lab.put('variants', 'half/__tiledb_group.tdb', ' ');
  const { exitCode, reason } = await lab.run(createTask, {
    items,
    parameters: { 'dataset-uri': 's3://variants/half' },
  });
  expect([exitCode, reason]).toEqual([64, expect.stringContaining('holds half a dataset')]);
  expect(await keysBelow('half/')).toEqual(['half/__tiledb_group.tdb']);
});

it('nothing is stored into a dataset that no run has opened', async () => {
  await lab.put('variants', 'theirs/__tiledb_group.tdb', ' ');
  const { exitCode, reason } = await lab.run(storeTask, {
    items,
    parameters: { 'dataset-uri': 's3://variants/theirs' },
  });
  expect([exitCode, reason]).toEqual([64, expect.stringContaining('is not one that this run has opened')]);
});

it('a shard is stored: each sample by its own name, though all files have one', async () => {
  const result = await lab.run(storeTask, { items, parameters, asProcess: true });
  expect(result).toMatchObject({ exitCode: 0, facts: { stored: 3, failed: 0, batches: 1 } });
  const calls = readFileSync(lab.calls, 'utf8').split('\n');
  const stores = calls.filter(line => line.startsWith('store'));
  expect(stores).toHaveLength(1);
  expect(stores[0]).toMatch(
    /^store -u s3:\/\/variants\/cohort --tiledb-config \S+ -t 2 -m 1400 -e 10 --log-level info -f /,
  );
});

it('another attempt stores nothing, and knows whether the samples are of this run or were there before it', async () => {
  const result = await lab.run(storeTask, { items, parameters });
  expect(result).toMatchObject({ exitCode: 0, facts: { stored: 3, thereBefore: 0, batches: 0 } });
  lab.checkpoints.clear();
  const other = await lab.run(storeTask, { items, parameters });
  expect(other).toMatchObject({ exitCode: 0, facts: { stored: 0, thereBefore: 3, batches: 0 } });
});

it('commits are consolidated, those that are named are removed by us, and everything is still there once', async () => {
  expect(await lab.run(consolidateTask, { items, parameters })).toMatchObject({
    exitCode: 0,
    facts: { samples: 3 },
  });
  const wrt = async () => (await keysBelow('cohort/')).filter(key => key.endsWith('.wrt')).length;
  const meta = async () => (await keysBelow('cohort/')).filter(key => key.endsWith('.meta')).length;
  // Again, as the next run does: of the copies of footers the newest is enough.
  await lab.run(consolidateTask, { items, parameters });
  const before = await wrt();
  expect([before > 0, await meta()]).toEqual([true, 2]);
  expect(await lab.run(vacuumTask, { items, parameters })).toMatchObject({
    exitCode: 0,
    facts: { removed: before + 1 },
  });
  expect([await wrt(), await meta()]).toEqual([0, 1]);
  const callsBefore = readFileSync(lab.calls, 'utf8').length;
  const verified = await lab.run(verifyTask, { items, parameters });
  expect(verified).toMatchObject({ exitCode: 0 });
  expect(verified.items!.map(({ name, facts }) => [name, facts])).toEqual(
    ['ann', 'bob', 'eve'].map(name => [name, { records: 10 }]),
  );
  // There is no log of the first create any more: all are counted, and what was stored together is counted together.
  expect(readFileSync(lab.calls, 'utf8').slice(callsBefore)).toMatch(/^export [^\n]* -c -f [^\n]*\n$/);
  expect(await knownNames(lab.store('variants'), 'cohort/')).toEqual(['ann', 'bob', 'eve']);
});

it('a sample whose index counts otherwise fails by name, with its counts, and alone; it does not stay in the dataset', async () => {
  const bad = makeSample('bad');
  const wrong = await lab.sample({ ...bad, index: makeIndex({ chr1: 12 }, bad.file.length) });
  const good = await lab.sample(makeSample('good'));
  const result = await lab.run(storeTask, { items: [wrong, good], parameters });
  expect(result.exitCode).toBe(64);
  expect(result.reason).toBe('1 of 2 samples failed: bad: 10 of 12 records are in the dataset');
  expect(result.items?.map(({ name, exitCode }) => [name, exitCode])).toEqual([
    ['bad', 64],
    ['good', 0],
  ]);
  const verified = await lab.run(verifyTask, { items: [wrong, good], parameters });
  expect(verified.items!.map(({ name, reason }) => [name, reason])).toEqual([
    ['bad', 'bad is not in the dataset'],
    ['good', undefined],
  ]);
});

it('a file that was replaced after the submission is not stored', async () => {
  const item = await lab.sample(makeSample('old'));
  await lab.sample(makeSample('new'), 'old/variants.vcf.gz');
  const { reason } = await lab.run(storeTask, { items: [item], parameters });
  expect(reason).toContain('has changed since it was submitted');
});

it('a host whose clock is far from S3’s does no work', async () => {
  await lab.s3.ahead(-60);
  const { exitCode, reason } = await lab.run(storeTask, { items, parameters });
  await lab.s3.ahead(0);
  expect([exitCode, reason]).toEqual([64, expect.stringMatching(/the clock of this host is (59|60) s off/)]);
});

it('names are checked before an export, every unknown one told', async () => {
  expect(await lab.run(checkTask, { items, parameters })).toMatchObject({ exitCode: 0 });
  const { exitCode, reason } = await lab.run(checkTask, { items: [...items, { name: 'typo' }], parameters });
  expect([exitCode, reason]).toEqual([
    65,
    '1 of 4 samples are not in the dataset: typo; nothing was exported',
  ]);
});

it('an export uploads a file and an index a sample, and a second attempt does nothing again', async () => {
  await lab.put('variants', 'r.bed', 'chr1\t0\t3000\nchr1\t3000\t4000\n');
  const { ETag } = await lab.put('variants', 'r.bed', 'chr1\t0\t3000\nchr1\t3000\t4000\n');
  const asked = {
    ...parameters,
    'dest-s3': 's3://variants/exports/',
    bed: 's3://variants/r.bed',
    format: 'z',
    attributes: 'fmt_GT',
  };
  const named = items.map(({ name }) => ({ name, labels: { bed: ETag! } }));
  const result = await lab.run(exportTask, { items: named, parameters: asked });
  expect(result.reason).toBeUndefined();
  expect(result).toMatchObject({ exitCode: 0, facts: { exported: 3, withoutRecords: 0, failed: 0 } });
  expect(await keysBelow('exports/')).toEqual(
    ['ann', 'bob', 'eve'].flatMap(name => [`exports/${name}.vcf.gz`, `exports/${name}.vcf.gz.csi`]),
  );
  const text = gunzipSync((await lab.store('variants').get('exports/bob.vcf.gz'))!).toString();
  expect(text.trim().split('\n').slice(-2)).toEqual([
    'chr1\t100\t.\tA\t<NON_REF>\t.\t.\tEND=2600\tGT\t0/0',
    'chr1\t3100\t.\tA\tC\t52\tPASS\tEND=3100\tGT\t0/1',
  ]);
  const before = readFileSync(lab.calls, 'utf8').length;
  await lab.run(exportTask, { items: named, parameters: asked });
  expect(readFileSync(lab.calls, 'utf8').slice(before)).toMatch(/^list [^\n]*\n$/);
});

it('regions that were replaced after the submission are not exported', async () => {
  const asked = {
    ...parameters,
    'dest-s3': 's3://variants/exports/',
    bed: 's3://variants/r.bed',
    format: 'z',
  };
  const { exitCode, reason } = await lab.run(exportTask, {
    items: [{ name: 'ann', labels: { bed: '"other"' } }],
    parameters: asked,
  });
  expect([exitCode, reason]).toEqual([64, expect.stringContaining('has changed since it was submitted')]);
});

it('a merged export is one file of all samples with an index, also where none of them has a record', async () => {
  const asked = {
    ...parameters,
    'dest-s3': 's3://variants/exports/merged/',
    bed: 's3://variants/merged.bed',
    format: 'z',
    merge: 'true',
  };
  const lines = async (bed: string): Promise<readonly string[]> => {
    await lab.put('variants', 'merged.bed', bed);
    const result = await lab.run(exportTask, { items, parameters: asked });
    expect(result.reason).toBeUndefined();
    expect(result.outputs!.map(({ key }) => key)).toEqual(
      ['', '.csi'].map(end => `exports/merged/merged.vcf.gz${end}`),
    );
    const file = (await lab.store('variants').get('exports/merged/merged.vcf.gz'))!;
    return gunzipSync(file)
      .toString()
      .trim()
      .split('\n')
      .filter(line => !line.startsWith('##'));
  };
  const merged = await lines('chr1\t0\t4000\n');
  expect(merged[0]).toMatch(/FORMAT\tann\tbob\teve$/);
  // ann and eve have a record at 100 alike, bob a block.
  expect(
    merged.slice(1).map(line =>
      line
        .split('\t')
        .slice(9)
        .map(each => each.split(':')[0]),
    ),
  ).toEqual([
    ['0/1', './.', '0/1'],
    ['./.', '0/0', './.'],
    ['0/1', '0/1', '0/1'],
  ]);
  expect(await lines('chr9\t0\t4000\n')).toHaveLength(1);
});
