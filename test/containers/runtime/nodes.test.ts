import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Task, TaskContext } from '../../../lib/contract/workload/task.ts';
import { labOfFile, storeRun } from '../lab.ts';

const lab = labOfFile();
/** What Batch says of the nodes, by their index; one that is not in it is not up yet. */
let states: Record<number, object> = {};
const asked: string[][] = [];
const batch = createServer((request, response) => {
  let body = '';
  request.on('data', text => (body += text));
  request.on('end', () => {
    const { jobs } = JSON.parse(body) as { jobs: string[] };
    asked.push(jobs);
    const found = jobs.flatMap(jobId => {
      const state = states[Number(jobId.split('#')[1])];
      return state ? [{ jobId, ...state }] : [];
    });
    response.end(JSON.stringify({ jobs: found }));
  });
});
beforeAll(() => new Promise<void>(done => batch.listen(0, '127.0.0.1', done)));
afterAll(() => new Promise(done => batch.close(done)));
beforeEach(() => {
  states = {};
  asked.length = 0;
});

/** Runs one of three nodes; answers its exit code, and what it has left. */
async function runNode(index: number, run: Task['run']) {
  const stored = await storeRun(lab, [[{ name: 'mesh' }]]);
  const code = await stored.start({ tasks: { run: { run } }, mounts: [] }, 0, {
    environment: {
      AWS_ENDPOINT_URL_BATCH: `http://127.0.0.1:${(batch.address() as AddressInfo).port}`,
      AWS_BATCH_JOB_ID: `parent:0#${index}`,
      AWS_BATCH_JOB_NODE_INDEX: String(index),
      AWS_BATCH_JOB_MAIN_NODE_INDEX: '0',
      AWS_BATCH_JOB_NUM_NODES: '3',
      ...(index === 0 ? {} : { AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: '10.0.0.7' }),
    },
  });
  return { code, record: await stored.record(), isDone: await stored.isDone() };
}
const untilAborted = ({ signal }: TaskContext): Promise<void> =>
  new Promise(done => signal.addEventListener('abort', () => done(), { once: true }));

it('each node knows which it is; the main one’s record is the job’s', async () => {
  const seen: unknown[] = [];
  const task: Task['run'] = async ({ node }) => {
    const { othersDone: _, ...rest } = node!;
    seen.push(rest);
    return { exitCode: 0 };
  };
  const child = await runNode(2, task);
  const main = await runNode(0, task);
  expect(seen).toEqual([
    { index: 2, count: 3, main: false, mainAddress: '10.0.0.7' },
    { index: 0, count: 3, main: true },
  ]);
  expect([child.code, child.record, child.isDone]).toEqual([0, undefined, false]);
  expect([main.code, main.record?.items[0]?.state, main.isDone]).toEqual([0, 'done', true]);
});

it('the main node waits for the others where it wants to', async () => {
  states = { 1: { status: 'RUNNING' } };
  const { code, isDone } = await runNode(0, async context => {
    const waiting = context.node!.othersDone().then(() => 'done');
    expect(await Promise.race([waiting, new Promise(done => setTimeout(done, 700, 'waiting'))])).toBe(
      'waiting',
    );
    states = { 1: { status: 'SUCCEEDED' }, 2: { status: 'SUCCEEDED' } };
    expect(await waiting).toBe('done');
    return { exitCode: 0 };
  });
  expect([code, isDone]).toEqual([0, true]);
  expect(asked[0]).toEqual(['parent:0#1', 'parent:0#2']);
});

it('a node that has failed fails the job, with its number and exit code, though Batch would go on', async () => {
  states = { 2: { status: 'FAILED', container: { exitCode: 137, reason: 'OutOfMemoryError: killed' } } };
  const { code, record, isDone } = await runNode(0, async context => {
    await untilAborted(context);
    return { exitCode: 1 };
  });
  expect([code, isDone]).toEqual([64, false]);
  expect(record?.items[0]).toMatchObject({
    state: 'failed',
    reason: 'node 2 failed: exit code 137, OutOfMemoryError: killed',
  });
});

it('one that has lost its host is worth another attempt of all', async () => {
  states = { 1: { status: 'FAILED', statusReason: 'Host EC2 (instance i-0) terminated.' } };
  const { code } = await runNode(0, async context => {
    await context.node!.othersDone();
    return { exitCode: 0 };
  });
  // What retry rules take for an interruption.
  expect(code).toBe(75);
});

it('a child node whose task fails says so with its exit code alone', async () => {
  const { code, record } = await runNode(1, async () => ({ exitCode: 3, reason: 'no licence' }));
  expect([code, record]).toEqual([64, undefined]);
  expect(lab.log.join('\n')).toContain('no licence');
});
