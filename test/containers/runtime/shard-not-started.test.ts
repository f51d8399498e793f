import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimArray } from '../../../lib/contract/run/claim.ts';
import { planKey } from '../../../lib/contract/run/keys.ts';
import { scratchSentinel } from '../../../lib/contract/workload/env.ts';
import { labOfFile, storeRun } from '../lab.ts';
import { copy, named, options } from '../tasks.ts';

const lab = labOfFile();

describe('a shard that is not this job’s to do', () => {
  it('is left alone when another job has claimed its array', async () => {
    const run = await storeRun(lab, [named('a')]);
    await claimArray(lab.store, run.run, { round: 0, step: 'run', array: 0 }, 'other');
    expect(await run.start(copy)).toBe(0);
    expect(lab.log).toContain('job other has this array: nothing to do');
    expect([await run.record(), await run.isDone()]).toEqual([undefined, false]);
  });

  it('is worked on by one of two parents that start at once', async () => {
    const run = await storeRun(lab, [named('a')]);
    const worked: string[] = [];
    const note = options(async context => {
      worked.push(context.environment.AWS_BATCH_JOB_ID ?? '');
      return { exitCode: 0 };
    });
    const codes = await Promise.all([
      run.start(note, 0, { jobId: 'one' }),
      run.start(note, 0, { jobId: 'two' }),
    ]);
    expect([codes, worked.length]).toEqual([[0, 0], 1]);
  });
});

describe('a shard that cannot be started', () => {
  it('leaves a record when its items changed after submission', async () => {
    const run = await storeRun(lab, [named('a'), named('b')]);
    await lab.store.put(run.step.itemsKey, '{"name":"a"}\n{"name":"x"}\n');
    expect(await run.start(copy, 1)).toBe(66);
    const reason = `s3://output/${run.step.itemsKey} is not the one that was submitted`;
    expect(await run.record(1)).toMatchObject({ exitCode: 66, reason, items: [] });
    expect(await run.start(copy, 0)).toBe(0);
  });

  it('says so when its index became shorter', async () => {
    const run = await storeRun(lab, [named('a'), named('b')]);
    await lab.store.put(run.step.indexKey, (await lab.store.get(run.step.indexKey, [0, 40]))!);
    expect(await run.start(copy, 1)).toBe(66);
    expect((await run.record(1))?.reason).toContain(run.step.indexKey);
  });

  it('says so when its items became fewer', async () => {
    const run = await storeRun(lab, [named('a'), named('b')]);
    await lab.store.put(run.step.itemsKey, '');
    expect(await run.start(copy, 1)).toBe(66);
  });

  it('names an index past the step’s shards', async () => {
    const run = await storeRun(lab, [named('a')]);
    expect(await run.start(copy, 5)).toBe(65);
    expect((await run.record(5))?.reason).toBe('there is no shard 5: the step has 1');
  });

  it('names the variable that is wrong', async () => {
    const run = await storeRun(lab, [named('a')]);
    expect(await run.start(copy, 0, { environment: { LAB_ROUND: 'first' } })).toBe(70);
    expect(await run.start(copy, 0, { environment: { LAB_RUN: 's3://elsewhere' } })).toBe(70);
    expect(await run.start(copy, 0, { environment: { LAB_STEP: 'other' } })).toBe(70);
    expect(lab.log).toEqual(
      expect.arrayContaining(['LAB_ROUND is "first", not a whole number', 'the plan has no step other']),
    );
  });

  it('needs a plan', async () => {
    const run = await storeRun(lab, [named('a')]);
    expect(await run.start(copy, 0, { environment: { LAB_ROUND: '7' } })).toBe(70);
    expect(lab.log).toContain(`there is no plan at s3://output/${planKey(run.run, 7)}`);
  });

  it('does not work on a disk that is not the scratch volume, or has too little room', async () => {
    const run = await storeRun(lab, [named('a')]);
    const full = { environment: { LAB_SCRATCH_CHECK: undefined, LAB_SCRATCH_GIB: '1000000' } };
    expect(await run.start(copy, 0, full)).toBe(68);
    expect((await run.record())?.items[0]).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('1000000 GiB are needed'),
    });
    rmSync(join(lab.folders.scratch, scratchSentinel));
    expect(await run.start(copy, 0, { attempt: 2 })).toBe(68);
    writeFileSync(join(lab.folders.scratch, scratchSentinel), '');
  });
});
