import { readFileSync, rmSync } from 'node:fs';
import { type Touches, toleratedMs } from '../../containers/vcf/settle.ts';
import { type StoreWorld, storeOnce } from '../../containers/vcf/store/store-once.ts';
import type { Tool } from '../../containers/vcf/tool.ts';
import { runs } from '../helpers/runs.ts';
import { killAt, killToolAt, laboratory, samplesOf, seeded } from './in-process.ts';
import { makeSample } from './sample-files.ts';
import { Killed } from './stand-in/disk.ts';

const made = ['a', 'b', 'c', 'd', 'e'].map((name, seed) =>
  makeSample(name, { blocks: seed % 2 === 0, seed, contigs: { chr1: 4, chr2: 3 } }),
);
const samples = samplesOf(made);

/** Every record of every sample exactly once, field by field; INFO/END aside. */
async function expectOnce({ dataset }: ReturnType<typeof laboratory>): Promise<void> {
  expect(await dataset.list()).toEqual(made.map(({ name }) => name));
  for (const { name, records } of made) expect(await dataset.records(name)).toEqual(records);
}

async function newLaboratory(statistics = false) {
  const lab = laboratory(made);
  await lab.host().tool.create(['fmt_GT', 'fmt_DP'], statistics);
  return lab;
}

type Mutation = (world: StoreWorld) => StoreWorld;

/** Attempts, killed at the moments that `random` picks, until one gets through. */
async function killedRun(random: () => number, kills: number, mutate: Mutation = world => world) {
  const lab = await newLaboratory();
  const oneOf = (count: number): number => Math.floor(random() * count);
  let killed = 0;
  for (let attempt = 0; attempt < 50; attempt++) {
    // Hosts whose clocks differ by as much as is tolerated, and are set back after a delete in every second attempt.
    const half = toleratedMs / 2;
    const host = mutate(lab.host(oneOf(toleratedMs) - half, oneOf(2) * half));
    const isKilled = killed < kills;
    if (isKilled && oneOf(4) === 0) lab.hook(killToolAt(oneOf(24)));
    else lab.hook(isKilled ? killAt(oneOf(90)) : () => {});
    try {
      const { samples: states } = await storeOnce(samples, host);
      lab.hook(() => {});
      rmSync(lab.root, { recursive: true });
      return { killed, lab, states };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      killed++;
    }
  }
  throw new Error('no attempt gets through');
}

const points = runs(300);

it(`killed at ${points} random points on hosts with different clocks, every run ends with each record exactly once`, async () => {
  let killed = 0;
  for (let seed = 1; killed < points; seed++) {
    const run = await killedRun(seeded(seed), 4);
    killed += run.killed;
    expect(run.states.filter(({ is }) => is === 'failed' || is === 'open')).toEqual([]);
    await expectOnce(run.lab);
  }
  expect(killed).toBeGreaterThanOrEqual(points);
});

it('records that a store loses though it exits with 0 are noticed by the count of the batch, which alone would not be', async () => {
  const lossy = samples.map(sample => (sample.name === 'b' ? { ...sample, records: 8 } : sample));
  const lab = await newLaboratory();
  const { samples: states } = await storeOnce(lossy, lab.host());
  expect(states.map(({ name, is, reason }) => [name, is, reason])).toEqual([
    ['a', 'stored', undefined],
    ['b', 'failed', '7 of 8 records are in the dataset'],
    ...['c', 'd', 'e'].map(name => [name, 'stored', undefined]),
  ]);
  // What cannot be proved does not stay.
  expect(await lab.dataset.list()).toEqual(['a', 'c', 'd', 'e']);
  const believing = withTool((await newLaboratory()).host(), () => ({ countTogether: async () => 22 }));
  expect((await storeOnce(lossy, believing)).samples[1]!.is).toBe('stored');
});

/** A store that leaves one of our checks out, and what the tool does then. */
const mutations: Record<string, Mutation> = {
  'a listed sample is believed to be whole': world => withTool(world, () => ({ count: async () => 7 })),
  'the sum of what an earlier attempt stored is believed': world =>
    withTool(world, tool => ({
      countTogether: async file => (await tool.countTogether(file)) && sumOf(file),
    })),
  'what is listed is not asked for': world => withTool(world, () => ({ list: async () => [] })),
  'what is wrong is not deleted': world => withTool(world, () => ({ delete: async () => {} })),
  'the tool resumes by itself': world =>
    withTool(world, tool => ({
      store: (list, sizes) => tool.store(list, { ...sizes, batch: `${sizes.batch} --resume` as never }),
    })),
  'a delete is not waited for': world =>
    withTouches(world, touches => ({
      forget: async (tool, wrong) => {
        await touches.remember(wrong);
        for (const { name } of wrong) await tool.delete(name);
      },
    })),
  'another host’s clock is not waited for': world =>
    withTouches(world, () => ({ waitForEarlier: async () => {} })),
};
/** The records of a file's names, by their indexes. */
const sumOf = (namesFile: string): number =>
  readFileSync(namesFile, 'utf8')
    .trim()
    .split('\n')
    .reduce((sum, name) => sum + samples.find(each => each.name === name)!.records, 0);
const withTool = (world: StoreWorld, change: (tool: Tool) => Partial<Tool>): StoreWorld => ({
  ...world,
  tool: Object.assign(Object.create(world.tool), change(world.tool)),
});
const withTouches = (world: StoreWorld, change: (touches: Touches) => Partial<Touches>): StoreWorld => ({
  ...world,
  touches: Object.assign(Object.create(world.touches), change(world.touches)),
});

it.each(Object.entries(mutations))('it is noticed when %s', async (_what, mutate) => {
  for (let seed = 1; seed <= 60; seed++) {
    const run = await killedRun(seeded(seed), 4, mutate).catch(() => undefined);
    const isRight =
      run &&
      (await expectOnce(run.lab).then(
        () => run.states.every(({ is }) => is !== 'failed'),
        () => false,
      ));
    if (!isRight) return;
  }
  throw new Error('no run of 60 went wrong');
});
