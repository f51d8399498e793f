import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ShardFailure } from '../../../containers/runtime/failure.ts';
import type { ShardOptions } from '../../../containers/runtime/run-shard.ts';
import { claimArray } from '../../../lib/spec/claim.ts';
import { scratchSentinel } from '../../../lib/spec/env.ts';
import { planKey } from '../../../lib/spec/keys.ts';
import type { TaskContext, TaskResult } from '../../../lib/spec/task.ts';
import { say, scriptedServer } from '../../aws/wire/scripted-server.ts';
import { type Lab, objectText, startLab, storeRun } from '../lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(() => {
  lab.log.length = 0;
});

const options = (run: (context: TaskContext) => Promise<TaskResult>): ShardOptions => ({
  tasks: { run: { run } },
  mounts: [],
  graceMs: 200,
});
/** Uploads a file that holds the item's name. */
const copy = options(async context => {
  const path = join(context.scratch, 'name');
  writeFileSync(path, context.items[0]!.name);
  return { exitCode: 0, outputs: await context.upload(path, `${context.outputPrefix}name`), bytesIn: 5 };
});
const shell = (script: string): ShardOptions =>
  options(async context => context.exec(['bash', '-c', script, 'tool', context.items[0]!.name]));
const named = (...names: string[]) => names.map(name => ({ name }));
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
      { numRuns: 25 },
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
  it('runs once, and every item has its outcome', async () => {
    const run = await storeRun(lab, [named('a', 'b')], { takes: 'shard' });
    const seen: string[][] = [];
    const together = options(async context => {
      seen.push(context.items.map(item => item.name));
      return { exitCode: 0, outputs: [{ key: 'made', bytes: 3 }] };
    });
    expect(await run.start(together)).toBe(0);
    expect(seen).toEqual([['a', 'b']]);
    expect((await run.record())?.items).toMatchObject([
      { name: 'a', state: 'done', bytesOut: 3 },
      { name: 'b', state: 'done' },
    ]);
  });
});

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
    const full = { environment: { LAB_TWIN: '0', LAB_SCRATCH_GIB: '1000000' } };
    expect(await run.start(copy, 0, full)).toBe(68);
    expect((await run.record())?.items[0]).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('1000000 are needed'),
    });
    rmSync(join(lab.folders.scratch, scratchSentinel));
    expect(await run.start(copy, 0, { attempt: 2 })).toBe(68);
    writeFileSync(join(lab.folders.scratch, scratchSentinel), '');
  });
});

describe('a shard that is interrupted', () => {
  const sleepOn = (name: string, trap = ''): ShardOptions =>
    shell(`${trap} echo "started $1"; if [ "$1" = ${name} ]; then sleep 20 & wait; fi`);
  /** SIGTERM as soon as a line is in the log. */
  const termAfter = async (line: string): Promise<void> => {
    while (!lab.log.includes(line)) await new Promise(done => setTimeout(done, 20));
    process.emit('SIGTERM');
  };

  it('stops its tool, keeps what is complete, leaves a record, and goes on there in its next attempt', async () => {
    const run = await storeRun(lab, [named('a', 'b', 'c')]);
    const [code] = await Promise.all([run.start(sleepOn('b')), termAfter('[b] started b')]);
    expect(code).toBe(75);
    expect((await run.record())?.items.map(item => item.state)).toEqual([
      'done',
      'interrupted',
      'not-started',
    ]);
    expect([await run.isDone(), leftOnScratch()]).toEqual([false, []]);
    lab.log.length = 0;
    expect(await run.start(sleepOn('nobody'), 0, { attempt: 2 })).toBe(0);
    expect(lab.log).toEqual(['[b] started b', '[c] started c']);
    expect((await run.record(0, 'parent', 2))?.items.map(item => [item.name, item.state])).toEqual([
      ['a', 'done'],
      ['b', 'done'],
      ['c', 'done'],
    ]);
  });

  it('takes a spot notice of the instance’s metadata for the same', async () => {
    const notice = '{"action":"terminate","time":"2026-01-01T00:02:00Z"}';
    const metadata = await scriptedServer((request, response) => {
      const isKnown = request.method === 'PUT' || request.url!.endsWith('/spot/instance-action');
      say(isKnown ? 200 : 404, request.method === 'PUT' ? 'token' : notice)(request, response);
    });
    const run = await storeRun(lab, [named('a')]);
    const code = await run.start(sleepOn('a'), 0, {
      environment: { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url },
    });
    await metadata.stop();
    expect([code, (await run.record())?.items[0]?.state]).toEqual([75, 'interrupted']);
    expect(lab.log).toContain(`stopping: spot notice ${notice}`);
  });

  it('does not take a tool that exits 0 when told to stop for one that is done', async () => {
    const run = await storeRun(lab, [named('a')]);
    const polite = sleepOn('a', "trap 'exit 0' TERM;");
    const [code] = await Promise.all([run.start(polite), termAfter('[a] started a')]);
    expect([code, (await run.record())?.items[0]?.state]).toEqual([75, 'interrupted']);
  });

  it('kills a tool that does not listen, and what it started', async () => {
    const run = await storeRun(lab, [named('a')]);
    const file = join(lab.folders.dataOut, 'alive');
    const deaf = shell(
      `trap '' TERM; (sleep 0.6; touch ${file}) & echo "started $1"; while true; do sleep 0.1; done`,
    );
    const [code] = await Promise.all([run.start(deaf), termAfter('[a] started a')]);
    expect([code, (await run.record())?.items[0]?.exitCode]).toEqual([75, 137]);
    await new Promise(done => setTimeout(done, 700));
    expect(existsSync(file)).toBe(false);
  });
});

describe('a tool', () => {
  it('sees its item and no credentials', async () => {
    const run = await storeRun(lab, [named('a')]);
    const environment = {
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'hidden',
      AWS_SESSION_TOKEN: '',
      ECS_CONTAINER_METADATA_URI_V4: 'hidden',
      LAB_MOUNTS: '{}',
      MINE: 'shown',
    };
    expect(await run.start(shell('env'), 0, { environment })).toBe(0);
    const names = lab.log.map(line => line.replace(/^\[a\] /, '').split('=')[0]!);
    expect(names).toEqual(expect.arrayContaining(['LAB_ITEM', 'MINE', 'TMPDIR', 'AWS_REGION']));
    expect(names.filter(name => /KEY|TOKEN|SECRET|CREDENTIALS|LAB_MOUNTS|ECS_/.test(name))).toEqual([]);
  });

  it('has its highest memory in the record', async () => {
    if (process.platform !== 'linux') return;
    const run = await storeRun(lab, [named('a')]);
    const script = 'const b = Buffer.alloc(150e6, 1); setTimeout(() => b[0], 800)';
    await run.start(options(context => context.exec([process.execPath, '-e', script])));
    expect((await run.record())?.items[0]?.peakMemoryBytes).toBeGreaterThan(150e6);
  });
});
