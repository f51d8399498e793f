import { ListJobsCommand, SubmitJobCommand, type SubmitJobCommandInput } from '@aws-sdk/client-batch';
import { copyOf, ended, startTestBatch, type TestBatch } from './helper.ts';

const stack = (attempts = 1) => ({ ...copyOf({ nodes: 3, memoryMiB: 1000, attempts }) });
let twin: TestBatch;
beforeEach(async () => {
  twin = await startTestBatch({ resources: stack(), cpus: 4 });
});
afterEach(() => twin.stop());

/** A job of several nodes, each of which does what `command` says. */
async function submit(command: string[], more: Partial<SubmitJobCommandInput> = {}): Promise<string> {
  const { jobId } = await twin.client.send(
    new SubmitJobCommand({
      jobName: 'nodes',
      jobQueue: 'queue',
      jobDefinition: 'work',
      nodeOverrides: { nodePropertyOverrides: [{ targetNodes: '0:', containerOverrides: { command } }] },
      ...more,
    }),
  );
  return jobId!;
}
const started = () => twin.started.map(each => each.environment.AWS_BATCH_JOB_NODE_INDEX).sort();

it('its nodes have hosts of their own, and are told what Batch tells them', async () => {
  const id = await submit(['hang']);
  for (const node of [0, 1, 2]) await twin.until(`${id}#${node}`, 'RUNNING');
  // The main node first.
  expect(twin.started[0]?.environment).toMatchObject({
    AWS_BATCH_JOB_ID: `${id}#0`,
    AWS_BATCH_JOB_NODE_INDEX: '0',
    AWS_BATCH_JOB_MAIN_NODE_INDEX: '0',
    AWS_BATCH_JOB_NUM_NODES: '3',
    AWS_BATCH_JOB_ATTEMPT: '1',
  });
  expect(twin.started[0]?.environment).not.toHaveProperty('AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS');
  expect(twin.started[2]?.environment).toMatchObject({
    AWS_BATCH_JOB_NODE_INDEX: '2',
    AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: '127.0.0.1',
  });
  expect(new Set(twin.started.map(each => each.instance)).size).toBe(3);
  const plain = await twin.describe(id);
  expect([plain.status, plain.nodeProperties?.numNodes, plain.container]).toEqual(['RUNNING', 3, undefined]);
  expect((await twin.describe(`${id}#2`)).nodeDetails).toEqual({ nodeIndex: 2, isMainNode: false });
});

it('the job is over with its main node, and the others are stopped', async () => {
  const id = await submit(['hang']);
  await twin.until(`${id}#2`, 'RUNNING');
  twin.finish(`${id}`);
  expect((await twin.until(id, ...ended)).status).toBe('SUCCEEDED');
  expect(await twin.until(`${id}#1`, ...ended)).toMatchObject({
    status: 'FAILED',
    statusReason: 'The main node has ended',
    container: { exitCode: 143 },
  });
  expect(twin.running()).toEqual([]);
});

it('one node’s failure ends that node alone', async () => {
  const id = await submit(['hang']);
  await twin.until(`${id}#1`, 'RUNNING');
  twin.finish(`${id}#1`);
  expect((await twin.until(`${id}#1`, ...ended)).status).toBe('SUCCEEDED');
  expect((await twin.describe(id)).status).toBe('RUNNING');
  const nodes = async (jobStatus: 'RUNNING' | 'SUCCEEDED') =>
    (await twin.client.send(new ListJobsCommand({ multiNodeJobId: id, jobStatus }))).jobSummaryList?.map(
      each => each.jobId,
    );
  await twin.until(`${id}#2`, 'RUNNING');
  expect([await nodes('SUCCEEDED'), await nodes('RUNNING')]).toEqual([[`${id}#1`], [`${id}#0`, `${id}#2`]]);
  const listed = await twin.client.send(new ListJobsCommand({ jobQueue: 'queue', jobStatus: 'RUNNING' }));
  expect(listed.jobSummaryList?.map(each => each.jobId)).toEqual([id]);
});

it('an attempt of the main node brings all of them up again', async () => {
  const id = await submit(['exit', '3'], { retryStrategy: { attempts: 2 } });
  const job = await twin.until(id, ...ended);
  expect([job.status, job.attempts?.length]).toEqual(['FAILED', 2]);
  expect(started().filter(index => index === '0')).toHaveLength(2);
});

it('a terminated job takes its nodes with it', async () => {
  const id = await submit(['hang']);
  await twin.until(`${id}#2`, 'RUNNING');
  const { TerminateJobCommand } = await import('@aws-sdk/client-batch');
  await twin.client.send(new TerminateJobCommand({ jobId: id, reason: 'enough' }));
  expect(await twin.until(id, ...ended)).toMatchObject({ status: 'FAILED', statusReason: 'enough' });
  for (const node of [1, 2]) await twin.until(`${id}#${node}`, ...ended);
  expect(twin.running()).toEqual([]);
  // Their hosts are free again: the next has all it needs.
  await twin.until(await submit(['ok']), 'SUCCEEDED');
});

it('another number of nodes may be asked for; more than the environment can have are told', async () => {
  const all = await submit(['hang'], {
    nodeOverrides: {
      numNodes: 2,
      nodePropertyOverrides: [{ targetNodes: '0:', containerOverrides: { command: ['hang'] } }],
    },
  });
  await twin.until(`${all}#1`, 'RUNNING');
  await expect(twin.describe(`${all}#2`)).rejects.toThrow('no job');
  const many = await submit(['ok'], { nodeOverrides: { numNodes: 5 } });
  for (let tries = 0; tries < 1000 && !(await twin.describe(many)).statusReason; tries++);
  expect((await twin.describe(many)).statusReason).toContain('COMPUTE_ENVIRONMENT_MAX_RESOURCE');
});

it('what ran when the twin ended has lost its hosts', async () => {
  const id = await submit(['hang']);
  await twin.until(`${id}#2`, 'RUNNING');
  await twin.halt();
  twin = await startTestBatch({ resources: stack(), folder: twin.folder });
  expect((await twin.until(id, ...ended)).statusReason).toMatch(/^Host EC2/);
  expect((await twin.until(`${id}#2`, ...ended)).statusReason).toMatch(/^Host EC2/);
  expect(twin.running()).toEqual([]);
});

it.each<[string, Partial<SubmitJobCommandInput>, RegExp]>([
  ['an array', { arrayProperties: { size: 2 } }, /cannot be an array/],
  [
    'overrides of a container',
    { nodeOverrides: undefined, containerOverrides: {} },
    /containerOverrides does not fit/,
  ],
  [
    'a range that is not the definition’s',
    { nodeOverrides: { nodePropertyOverrides: [{ targetNodes: '0:2' }] } },
    /Non matching targets - 0:2/,
  ],
  ['no nodes', { nodeOverrides: { numNodes: 0 } }, /numNodes/],
])('%s is refused', async (_, given, message) => {
  await expect(submit(['ok'], given)).rejects.toThrow(message);
});
