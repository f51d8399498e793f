import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ShardFailure } from '../../../containers/runtime/failure.ts';
import type { ContainerWorld } from '../../../containers/runtime/world.ts';
import { planKey } from '../../../lib/contract/run/keys.ts';
import { scratchSentinel } from '../../../lib/contract/workload/env.ts';
import { runs } from '../../helpers/runs.ts';
import { labOfFile, objectText, storeRun } from '../lab.ts';
import { copy, named, options, shell } from '../tasks.ts';

const lab = labOfFile();
const leftOnScratch = (): string[] =>
  readdirSync(lab.folders.scratch, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name !== scratchSentinel)
    .map(entry => entry.name);

describe('a shard that is done', () => {
  it('leaves its outputs, a record and the same record as its done marker', async () => {
    const run = await storeRun(lab, [named('a'), named('b', 'c')]);
    expect(await run.start(copy, 1)).toBe(0);
    const record = await run.record(1);
    expect(record).toMatchObject({
      runId: run.run.runId,
      step: 'run',
      round: 0,
      shard: 1,
      attempt: 1,
      exitCode: 0,
    });
    expect(record?.host?.hostname).toBeTruthy();
    expect(record?.items.map(item => [item.name, item.state, item.bytesIn, item.bytesOut])).toEqual([
      ['b', 'done', 5, 1],
      ['c', 'done', 5, 1],
    ]);
    const [output] = record!.items[1]!.outputs!;
    expect(output?.key).toBe(`runs/rapidtide/${run.run.runId}/outputs/c/name`);
    expect(await objectText(lab.store, output!.key)).toBe('c');
    expect([await run.isDone(0), await run.isDone(1)]).toEqual([false, true]);
    expect(leftOnScratch()).toEqual([]);
  });

  it('is not done again', async () => {
    const run = await storeRun(lab, [named('a')]);
    await run.start(copy);
    expect(await run.start(shell('exit 1'), 0, { attempt: 2 })).toBe(0);
    expect(lab.log).toContain('shard 0 is done already: nothing to do');
    expect(await run.record(0, 'parent', 2)).toBeUndefined();
  });

  it('can be a plain job further on in the step', async () => {
    const run = await storeRun(lab, [named('a'), named('b')]);
    const environment = { LAB_SHARD_OFFSET: '1', AWS_BATCH_JOB_ARRAY_INDEX: undefined };
    expect(await run.start(copy, 1, { environment })).toBe(0);
    expect((await run.record(1))?.items.map(item => item.name)).toEqual(['b']);
  });

  it('gives each item its name and labels, whatever characters they have', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter(name => !/[\u0000\uFFFE\uFFFF]/.test(name));
    const shards = fc.array(
      fc.array(fc.record({ name: text, labels: fc.dictionary(text, text, { minKeys: 1 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(shards, fc.nat(), async (all, pick) => {
        const shard = pick % all.length;
        const run = await storeRun(lab, all);
        const seen: unknown[] = [];
        const look = options(async context => {
          const { LAB_ITEM: name, LAB_ITEM_LABELS: labels = '' } = context.environment;
          seen.push({ name, labels: JSON.parse(labels) });
          return { exitCode: 0 };
        });
        expect(await run.start(look, shard)).toBe(0);
        expect(seen).toEqual(JSON.parse(JSON.stringify(all[shard])));
        expect((await run.record(shard))?.items.map(item => item.name)).toEqual(
          all[shard]!.map(item => item.name),
        );
      }),
      { numRuns: runs(25) },
    );
  });
});

describe('a shard whose items fail', () => {
  it('goes on with the others, says why, and is not marked done', async () => {
    const run = await storeRun(lab, [named('a', 'bad', 'c')]);
    expect(await run.start(shell('echo "hello from $1"; echo "and its errors" >&2; [ "$1" != bad ]'))).toBe(
      64,
    );
    expect((await run.record())?.items.map(item => [item.name, item.state, item.exitCode])).toEqual([
      ['a', 'done', 0],
      ['bad', 'failed', 1],
      ['c', 'done', 0],
    ]);
    expect(await run.isDone()).toBe(false);
    expect(lab.log).toEqual(
      expect.arrayContaining(['[a] hello from a', '[bad] and its errors', '[bad] exit code 1']),
    );
  });

  it('stops after the first where the plan says so', async () => {
    const run = await storeRun(lab, [named('bad', 'b')], { onItemFailure: 'stop' });
    expect(await run.start(shell('exit 3'))).toBe(64);
    expect((await run.record())?.items).toMatchObject([
      { state: 'failed', exitCode: 3 },
      { state: 'not-started', reason: 'an item before it failed' },
    ]);
  });

  it('exits with a reason of ours, but never with a number that the tool happens to share', async () => {
    const ours = await storeRun(lab, [named('a')]);
    const missing = options(async () => {
      throw new ShardFailure(65, 'there is no a');
    });
    expect(await ours.start(missing)).toBe(65);
    expect((await ours.record())?.items[0]).toMatchObject({ exitCode: 65, reason: 'there is no a' });
    const theirs = await storeRun(lab, [named('a')]);
    expect(await theirs.start(shell('exit 75'))).toBe(64);
    expect((await theirs.record())?.items[0]).toMatchObject({ state: 'failed', exitCode: 75 });
  });

  it('says that an output could not be stored', async () => {
    const run = await storeRun(lab, [named('a')]);
    const upload = options(async context => {
      writeFileSync(join(context.scratch, 'x'), 'x');
      return { exitCode: 0, outputs: await context.upload(join(context.scratch, 'x'), 'k'.repeat(2000)) };
    });
    expect(await run.start(upload)).toBe(71);
    expect((await run.record())?.items[0]?.reason).toContain('KeyTooLong');
  });

  it('tells a program that is not there from one that fails', async () => {
    const run = await storeRun(lab, [named('a')]);
    expect(await run.start(options(context => context.exec(['no-such-program'])))).toBe(64);
    expect((await run.record())?.items[0]?.exitCode).toBe(127);
  });
});

describe('a step that takes its items together', () => {
  it('has a record each where the task knows what became of each', async () => {
    const run = await storeRun(lab, [named('a', 'b', 'c')], { takes: 'shard' });
    const items = [
      { name: 'a', exitCode: 0, facts: { records: 3 } },
      { name: 'b', exitCode: 64, reason: 'b: too few' },
    ];
    const code = await run.start(options(async () => ({ exitCode: 64, reason: '1 of 3 failed', items })));
    expect(code).toBe(64);
    expect(
      (await run.record())?.items?.map(({ name, state, reason, facts }) => [name, state, reason, facts]),
    ).toEqual([
      ['a', 'done', undefined, { records: 3 }],
      ['b', 'failed', 'b: too few', undefined],
      // Of whom nothing is said shares the shard's end.
      ['c', 'failed', undefined, undefined],
    ]);
  });
  it('runs once, and has one record however many they are', async () => {
    const run = await storeRun(lab, [named('a', 'b')], { takes: 'shard' });
    const seen: string[][] = [];
    const together = options(async context => {
      seen.push(context.items.map(item => item.name));
      return { exitCode: 0, outputs: [{ key: 'made', bytes: 3 }] };
    });
    expect(await run.start(together)).toBe(0);
    expect(seen).toEqual([['a', 'b']]);
    const record = await run.record();
    expect(record?.whole).toMatchObject({ name: 'run', state: 'done', bytesOut: 3 });
    expect(record?.items).toEqual([]);
  });
});

describe('the lines of a shard', () => {
  it('are found beside the plan: the index is asked before the plan has come, and once', async () => {
    const run = await storeRun(lab, [named('a'), named('b')]);
    const { step } = run;
    const happened: string[] = [];
    const { world } = lab;
    lab.world = environment => watched(world(environment), happened);
    try {
      expect(await run.start(copy, 1)).toBe(0);
    } finally {
      lab.world = world;
    }
    const plan = planKey(run.run, 0);
    const ofThese = happened.filter(each => [plan, step.indexKey].some(key => each.endsWith(key)));
    expect(ofThese.slice(0, 2).toSorted()).toEqual([`asks ${plan}`, `asks ${step.indexKey}`]);
    expect(ofThese).toHaveLength(4);
  });

  it('are found where the plan says, whatever other rounds’ are called', async () => {
    const run = await storeRun(lab, [named('a'), named('b')]);
    const elsewhere = 'runs/rapidtide/elsewhere.idx';
    await lab.store.put(elsewhere, (await lab.store.get(run.step.indexKey))!);
    const plan = JSON.parse((await objectText(lab.store, planKey(run.run, 0)))!);
    plan.steps[0].indexKey = elsewhere;
    await lab.store.put(planKey(run.run, 0), JSON.stringify(plan));
    await lab.store.put(run.step.indexKey, Buffer.alloc(48));
    expect(await run.start(copy, 1)).toBe(0);
    expect((await run.record(1))?.items.map(item => item.name)).toEqual(['b']);
  });
});

/** Writes down when its stores are asked for a key, and when they have answered. */
function watched(world: ContainerWorld, happened: string[]): ContainerWorld {
  const store: ContainerWorld['store'] = bucket => {
    const known = world.store(bucket);
    const get: typeof known.get = async (key, range) => {
      happened.push(`asks ${key}`);
      const body = await known.get(key, range);
      happened.push(`has ${key}`);
      return body;
    };
    return { ...known, get };
  };
  return { ...world, store };
}
