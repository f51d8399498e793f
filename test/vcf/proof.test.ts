import { rmSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { storeOnce } from '../../containers/vcf/store/store-once.ts';
import { runs as part } from '../helpers/runs.ts';
import { killAt, seeded } from './in-process.ts';
import { makeSample } from './sample-files.ts';
import { Dataset } from './stand-in/dataset.ts';
import { Killed } from './stand-in/disk.ts';
import { stepsOf } from './steps.ts';

// More than a batch, so that what verify counts anyway is not all.
const made = Array.from({ length: 14 }, (_, seed) =>
  makeSample(`s${String(seed).padStart(2, '0')}`, {
    blocks: seed % 2 === 0,
    seed,
    contigs: { chr1: 4, chr2: 3 },
  }),
);
const last = made.at(-1)!.name;
type Run = ReturnType<typeof stepsOf>;
let runs: Run[] = [];
afterEach(() => {
  for (const { root } of runs) rmSync(root, { recursive: true, force: true });
  runs = [];
});

/** A run up to the end of its stores. The shard of the last sample is the first; `between` comes after it. */
async function stored(between: (run: Run) => Promise<void> = async () => {}): Promise<Run> {
  const run = stepsOf(made);
  runs.push(run);
  await run.create();
  for (const shard of [run.samples.slice(8), run.samples.slice(0, 8)]) {
    const { samples } = await storeOnce(shard, run.host());
    expect(samples.filter(({ is }) => is === 'failed' || is === 'open')).toEqual([]);
    if (shard.length === 6) await between(run);
  }
  return run;
}

/** By somebody else, who does not keep to our rules, with a clock like ours. */
async function byAnother({ disk, clock }: Run, what: 'store' | 'delete'): Promise<void> {
  const dataset = new Dataset(disk, clock(0).now);
  if (what === 'delete') return dataset.delete(last);
  const lines = gunzipSync(made.at(-1)!.file).toString().split('\n');
  const meta = lines.filter(line => line.startsWith('##'));
  const records = lines.filter(line => line !== '' && !line.startsWith('#'));
  return dataset.storeBatch(new Map([[last, { meta, samples: [last], records }]]), false);
}

/** How often each command is called from now on. */
function counting(run: Run): () => Record<string, number> {
  run.calls.length = 0;
  return () => {
    const found: Record<string, number> = {};
    for (const [command = ''] of run.calls) found[command] = (found[command] ?? 0) + 1;
    return found;
  };
}

const wrongOf = async (run: Run): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await run.verify()).flatMap(({ name, problem }) => (problem ? [[name, problem]] : [])));

it('where nothing was written since the attempts counted, one list and the count of one batch prove a shard', async () => {
  const run = await stored();
  await run.consolidate();
  expect(await run.vacuum()).toEqual({ removed: expect.any(Number), files: expect.any(String) });
  const calls = counting(run);
  expect(await wrongOf(run)).toEqual({});
  expect(calls()).toEqual({ list: 1, export: 1 });
  expect(run.log).toEqual([]);
});

it('an attempt asks for one list before its stores and one count after them', async () => {
  const run = stepsOf(made);
  runs.push(run);
  await run.create();
  const calls = counting(run);
  await storeOnce(run.samples, run.host());
  expect(calls()).toEqual({ list: 1, store: 5, export: 1 });
});

it('samples that an earlier run has stored are proved, too, and what it deleted is no change of this one', async () => {
  const run = await stored(each => byAnother(each, 'delete'));
  await run.consolidate();
  await run.vacuum();
  run.checkpoints.clear();
  await run.create();
  await storeOnce(run.samples, run.host());
  run.checkpoints.clear();
  await run.create();
  const { samples } = await storeOnce(run.samples, run.host());
  expect(new Set(samples.map(({ is }) => is))).toEqual(new Set(['there']));
  await run.consolidate();
  expect(await run.vacuum()).not.toHaveProperty('changed');
  const calls = counting(run);
  expect(await wrongOf(run)).toEqual({});
  expect(calls()).toEqual({ list: 1, export: 1 });
});

const gone = `${last} is not in the dataset`;
const twice = `${last} has 14 records in the dataset, and its file has 7`;
const none = `${last} has 0 records in the dataset, and its file has 7`;
const removeKeys = ({ objects }: Run, wanted: RegExp): void => {
  for (const key of [...objects.keys()]) if (wanted.test(key)) objects.delete(key);
};
type When = 'between the shards' | 'after the stores' | 'after consolidate' | 'after vacuum';
/** What happens to the dataset once the last sample was counted as whole, and what verify says of it. */
const later: readonly (readonly [string, (run: Run) => Promise<void> | void, string, readonly When[]])[] = [
  [
    'somebody else stores a sample again',
    run => byAnother(run, 'store'),
    twice,
    ['between the shards', 'after the stores', 'after consolidate', 'after vacuum'],
  ],
  [
    'somebody else deletes a sample',
    run => byAnother(run, 'delete'),
    gone,
    ['between the shards', 'after the stores', 'after consolidate', 'after vacuum'],
  ],
  [
    'commits of records are lost',
    run => removeKeys(run, /^dataset\/data\/__commits\/.*\.(con|wrt)$/),
    none,
    ['after consolidate', 'after vacuum'],
  ],
  [
    'commits of headers are lost',
    run => removeKeys(run, /^dataset\/metadata\/vcf_headers\/__commits\/.*\.(con|wrt)$/),
    gone,
    ['after consolidate', 'after vacuum'],
  ],
];
const cases = later.flatMap(([what, change, said, times]) =>
  times.map(when => [`${what} ${when}`, change, said, when] as const),
);

async function changedRun(change: (run: Run) => Promise<void> | void, when: When): Promise<Run> {
  const run = await stored(async each => {
    if (when === 'between the shards') await change(each);
  });
  if (when === 'after the stores') await change(run);
  await run.consolidate();
  if (when === 'after consolidate') await change(run);
  await run.vacuum();
  if (when === 'after vacuum') await change(run);
  return run;
}

it.each(cases)('it is noticed, and all are counted again, when %s', async (_what, change, said, when) => {
  const run = await changedRun(change, when);
  expect((await wrongOf(run))[last]).toBe(said);
  expect(run.log[0]).toMatch(/^all samples are counted again: /);
});

it.each(['between the shards', 'after the stores', 'after consolidate'] as const)(
  'without the verdict of vacuum it would not be noticed that a sample was stored again %s',
  async when => {
    const run = await changedRun(each => byAnother(each, 'store'), when);
    const { changed, files } = JSON.parse(run.checkpoints.get('vacuum/proof')!) as Record<string, string>;
    expect(changed).toMatch(/batches were stored since the run began|has changed which commits there are/);
    run.checkpoints.set('vacuum/proof', JSON.stringify({ files }));
    expect(await wrongOf(run)).toEqual({});
  },
);

const touched = (run: Run, change: (fields: string[]) => string[]): void => {
  run.checkpoints.set(last, change(run.checkpoints.get(last)!.split(' ')).join(' '));
};
/** What keeps the counts of attempts from being enough, though the dataset is whole. */
const doubts: Record<string, readonly [(run: Run) => void, string]> = {
  'a sample was repaired': [
    run => touched(run, ([at = '', , ...rest]) => [at, 'repaired', ...rest]),
    'samples were repaired',
  ],
  'a sample was stored by two attempts': [
    run => touched(run, ([at = '', how = '', , ...rest]) => [at, how, '2', ...rest]),
    'samples were stored in several attempts',
  ],
  'another version of the image wrote about a sample': [
    run => touched(run, fields => fields.slice(0, 2)),
    'samples were stored in several attempts',
  ],
  'no attempt has counted a sample': [
    run => touched(run, fields => fields.slice(0, 4)),
    'samples were stored by an attempt that did not count them',
  ],
  'an attempt has left no word of a sample': [
    run => {
      for (const { name } of run.samples.slice(8)) run.checkpoints.delete(name);
    },
    '5 batches were stored since the run began, and 3 by its attempts',
  ],
  'there is no log of the beginning': [
    run => void run.checkpoints.delete('create/log'),
    'an earlier step left no log of the dataset',
  ],
  'a commit of the beginning has gone': [
    run => void run.checkpoints.set('create/log', JSON.stringify(['__1_1_ab_22.wrt'])),
    'commits have gone since the run began',
  ],
  'the file of a fragment has changed': [
    run => {
      const key = [...run.objects.keys()].find(each => each.includes('/data/__fragments/'))!;
      run.objects.set(key, Buffer.concat([run.objects.get(key)!, Buffer.from(' ')]));
    },
    'fragments have changed since the stores',
  ],
  'a file of commits is not understood': [
    run => void run.objects.set('dataset/data/__commits/__1_1_ab_22.con', Buffer.from('what is this')),
    'consolidation or vacuum has changed which commits there are',
  ],
};
it.each(Object.entries(doubts))('all are counted again where %s', async (_what, [change, why]) => {
  const run = await stored();
  await run.consolidate();
  change(run);
  expect(await run.vacuum()).toMatchObject({ changed: why });
  run.objects.delete('dataset/data/__commits/__1_1_ab_22.con');
  const calls = counting(run);
  expect(await wrongOf(run)).toEqual({});
  expect(calls()).toEqual({ export: 2 });
  expect(run.log).toEqual([`all samples are counted again: ${why}`]);
});

it('whatever kills attempts and whatever is written later, a run says that it is whole only where every record is there once', async () => {
  const outcomes = { quiet: 0, again: 0, noticed: 0 };
  for (let seed = 1; seed <= part(60); seed++) {
    const random = seeded(seed);
    const run = stepsOf(made);
    runs.push(run);
    await run.create();
    for (const shard of [run.samples.slice(7), run.samples.slice(0, 7)])
      for (let attempt = 0, done = false; !done; attempt++) {
        run.hook(attempt < 2 && random() < 0.3 ? killAt(Math.floor(random() * 120)) : () => {});
        done = await storeOnce(shard, run.host()).then(
          () => true,
          (error: unknown) => {
            if (!(error instanceof Killed)) throw error;
            return false;
          },
        );
        run.hook(() => {});
      }
    const strike = async (): Promise<void> => {
      if (random() < 0.15) await byAnother(run, random() < 0.5 ? 'store' : 'delete');
    };
    await strike();
    await run.consolidate();
    await strike();
    await run.vacuum();
    await strike();
    const wrong = await wrongOf(run);
    const isWhole = (await run.dataset.records(last)).length === 7;
    expect([seed, Object.keys(wrong)]).toEqual([seed, isWhole ? [] : [last]]);
    for (const { name, records } of made.slice(0, -1))
      expect(await run.dataset.records(name)).toEqual(records);
    outcomes[!isWhole ? 'noticed' : run.log.length > 0 ? 'again' : 'quiet']++;
  }
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(part(60) / 12);
});
