// A real workflow by real pypeliner on the twin, by the door that people use: python, our package, lab queue serve, and jobs
// of the synthesized stack with the rights that it gives them.
// usage: on-the-twin.ts VENV [PATTERN of the titles that are to run]
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { openLab } from './twin-lab.ts';

const [venv = '', pattern = ''] = process.argv.slice(2);
const lab = await openLab(venv);

async function check(title: string, work: () => Promise<void>): Promise<void> {
  if (!new RegExp(pattern).test(title)) return;
  try {
    await work();
    console.log(`ok      ${title}`);
  } catch (error) {
    console.log(`FAILED  ${title}\n${(error as Error).stack}\n${lab.said().slice(-6000)}`);
    process.exitCode = 1;
    lab.letGo();
  }
}

/** Split; scale and a subworkflow for each sample: its graph, a split, a job a number, and a sum; count and merge. */
const jobsOf = (samples: number, numbers: number): number => 1 + samples + samples * (3 + numbers) + 2;
/** What ends half-way is cut as well with few jobs: each is a container's start and two Pythons. */
const few = '1 2\n4 5\n';
const ofFew = '2 samples\n0: 45\n1: 369\n';

await check(
  'a workflow gives what it gives on one machine, and the job that fails once is tried again',
  async () => {
    const flow = lab.flow('whole');
    const alone = await flow.run({ submit: 'local', storage: 'local' });
    assert.equal(alone.code, 0, alone.said);
    const expected = '3 samples\n0: 126\n1: 693\n2: 1746\n';
    assert.equal(flow.localOutput(), expected);
    flow.clear();
    const { code, said } = await flow.run();
    assert.equal(code, 0, said);
    assert.equal(await flow.output(), expected);
    assert.deepEqual([0, 1, 2].map(flow.tries), [1, 2, 1]);
    // As its context says, and twice as much for the second try.
    assert.deepEqual(flow.memoryOf('/sample:1/scale'), [2048, 4096]);
    const sent = await flow.sent();
    assert.equal(sent.length, jobsOf(3, 3) + 1, sent.join(' '));
    assert.equal(new Set(sent).size, jobsOf(3, 3));
  },
);

await check('started again it does nothing, though its temporary files are gone at the head', async () => {
  const flow = lab.flow('whole');
  const before = (await flow.sent()).length;
  const { code, said } = await flow.run();
  assert.equal(code, 0, said);
  assert.equal((await flow.sent()).length, before);
});

await check('an input with other content under an older date is seen, and said', async () => {
  const flow = lab.flow('whole');
  flow.input('1 1\n2 2\n3 3\n', 1);
  const { code, said } = await flow.run();
  assert.equal(code, 0, said);
  assert.match(said, /other content under an older date/);
  assert.equal(await flow.output(), '3 samples\n0: 18\n1: 72\n2: 162\n');
});

await check(
  'a head that is killed half-way is continued: nothing done is done again, nothing under way is sent twice',
  async () => {
    const flow = lab.flow('killed', few);
    // One of the twin's two processors is held; the other jobs go on meanwhile.
    flow.hold(0);
    const head = flow.start();
    await flow.until(async () => flow.tries(0) === 1);
    await flow.until(async () => (await flow.sent()).some(name => name.endsWith('/split_parts')));
    head.process.kill('SIGKILL');
    assert.notEqual((await head.ended).code, 0);
    const refused = await flow.run();
    assert.equal(refused.code, 1);
    assert.match(refused.said, /PipelineLockedError/);
    rmSync(flow.path('t/locks'), { recursive: true });
    const next = flow.start();
    await flow.until(async () => flow.log().includes('under way already'));
    flow.release();
    const { code, said } = await next.ended;
    assert.equal(code, 0, said);
    assert.equal(await flow.output(), ofFew);
    assert.deepEqual([0, 1].map(flow.tries), [1, 2]);
    const sent = await flow.sent();
    assert.equal(new Set(sent).size, jobsOf(2, 2));
    // pypeliner asks for the graph of an unfinished subworkflow anew; and one job fails once. All else is sent once, what was
    // done while no head was there included.
    const twice = sent.filter((name, index) => sent.indexOf(name) !== index && !/\/parts$/.test(name));
    assert.deepEqual(twice, ['/sample:1/scale']);
  },
);

await check('a helper that dies is told, and ends the run; the next goes on', async () => {
  const flow = lab.flow('helper', few);
  flow.hold(0);
  const head = flow.start();
  await flow.until(async () => flow.tries(0) === 1);
  await flow.killHelper(head.process.pid!);
  const { code, said } = await head.ended;
  assert.equal(code, 1, said);
  assert.match(said, /lab queue serve has ended/);
  assert.equal(existsSync(flow.path('t/locks/_lock')), false);
  const next = flow.start();
  await flow.until(async () => flow.log().includes('under way already'));
  flow.release();
  const end = await next.ended;
  assert.equal(end.code, 0, end.said);
  assert.equal(await flow.output(), ofFew);
  assert.equal(flow.tries(0), 1);
});

await check('Ctrl-C ends the jobs under way, and unlocks', async () => {
  const flow = lab.flow('interrupted', few);
  flow.hold(0);
  const head = flow.start();
  await flow.until(async () => flow.tries(0) === 1);
  head.process.kill('SIGINT');
  assert.notEqual((await head.ended).code, 0);
  assert.equal(existsSync(flow.path('t/locks/_lock')), false);
  await flow.until(async () => (await flow.underWay()) === 0);
  flow.release();
  const { code, said } = await flow.run();
  assert.equal(code, 0, said);
  assert.equal(await flow.output(), ofFew);
});

await check(
  'what was changed meanwhile is not waited for: the old job is ended before there is a new one',
  async () => {
    const flow = lab.flow('changed', few);
    flow.hold(0);
    const head = flow.start();
    await flow.until(async () => flow.tries(0) === 1);
    head.process.kill('SIGKILL');
    await head.ended;
    flow.release();
    rmSync(flow.path('t/locks'), { recursive: true });
    const { code, said } = await flow.run({}, '--factor', '1');
    assert.equal(code, 0, said);
    assert.equal(await flow.output(), '2 samples\n0: 5\n1: 41\n');
  },
);

await check('a job that no host can hold is refused with what to do', async () => {
  const flow = lab.flow('large');
  writeFileSync(
    flow.path('large.py'),
    `import sys, pypeliner, pypeliner.managed as mgd
import tasks
w = pypeliner.workflow.Workflow(default_ctx={'mem': 5000})
w.transform(name='square', func=tasks.square, args=(mgd.InputFile('in.txt'), mgd.OutputFile('out.txt')))
pypeliner.app.Pypeline(modules=(tasks,), config={'tmpdir': 't', 'submit': sys.argv[1], 'storage': sys.argv[2], 'maxjobs': 2}).run(w)
`,
  );
  const { code, said } = await flow.run({ script: flow.path('large.py') });
  assert.equal(code, 1);
  assert.match(said, /SubmitError: \/square: step run: 1 vCPUs and 5120000 MiB fit no host of pool x86-spot/);
});

await lab.close();
