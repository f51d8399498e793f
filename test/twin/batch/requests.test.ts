import {
  CancelJobCommand,
  CancelJobsCommand,
  CreateConsumableResourceCommand,
  DeleteConsumableResourceCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  ListConsumableResourcesCommand,
  TerminateJobCommand,
  TerminateJobsCommand,
} from '@aws-sdk/client-batch';
import { startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
beforeEach(async () => {
  twin = await startTestBatch();
});
afterEach(() => twin.stop());

it('DescribeJobs takes 1 to 100 ids and leaves out those it does not know', async () => {
  const id = await twin.submit(['ok'], { arrayProperties: { size: 2 } });
  const describe = (jobs: string[]) => twin.client.send(new DescribeJobsCommand({ jobs }));
  expect((await describe([id, `${id}:1`, `${id}:2`, 'nothing', `${id}:1:1`])).jobs).toMatchObject([
    { jobId: id },
    { jobId: `${id}:1` },
  ]);
  expect((await describe(Array(100).fill(id))).jobs).toHaveLength(100);
  await expect(describe(Array(101).fill(id))).rejects.toThrow(
    /Exception : Maximum number of jobs supported is 100 ., RequestId/,
  );
  await expect(describe([])).rejects.toThrow(/empty/);
});

describe('ends asked for', () => {
  const reason = 'enough';

  it('one at a time need an id and a reason of at most 1,024 characters; a job that is not there is no error', async () => {
    for (const Command of [CancelJobCommand, TerminateJobCommand]) {
      const send = (jobId: string, why: string) => twin.client.send(new Command({ jobId, reason: why }));
      await expect(send('nothing', reason)).resolves.toBeDefined();
      await expect(send('nothing', 'x'.repeat(1024))).resolves.toBeDefined();
      await expect(send('nothing', 'x'.repeat(1025))).rejects.toThrow(/1024/);
      await expect(send('nothing', '')).rejects.toThrow(/reason/);
      await expect(send('', reason)).rejects.toThrow(/jobId/);
    }
  });

  it('many at a time take up to 50 jobs, and say which they were', async () => {
    const running = await twin.submit(['hang']);
    await twin.until(running, 'RUNNING');
    const waiting = await twin.submit(['ok'], { dependsOn: [{ jobId: running }] });
    const cancelled = await twin.client.send(
      new CancelJobsCommand({ jobs: [running, waiting, 'no'], reason }),
    );
    expect(cancelled).toMatchObject({ successful: [running, waiting, 'no'], errors: [] });
    expect((await twin.describe(running)).status).toBe('RUNNING');
    await twin.client.send(new TerminateJobsCommand({ jobs: [running], reason: 'now' }));
    expect(await twin.until(running, 'FAILED')).toMatchObject({ statusReason: 'now', isTerminated: true });
    expect(await twin.until(waiting, 'FAILED')).toMatchObject({ statusReason: reason, isCancelled: true });
    for (const Command of [CancelJobsCommand, TerminateJobsCommand])
      expect(
        (await twin.client.send(new Command({ jobs: Array(50).fill('x'), reason }))).successful,
      ).toHaveLength(50);
    for (const Command of [CancelJobsCommand, TerminateJobsCommand])
      await expect(twin.client.send(new Command({ jobs: Array(51).fill('x'), reason }))).rejects.toThrow(
        /supported is 50/,
      );
  });
});

it('describes queues, compute environments and definitions', async () => {
  const queues = await twin.client.send(new DescribeJobQueuesCommand({ jobQueues: ['queue'] }));
  expect(queues.jobQueues).toMatchObject([{ jobQueueName: 'queue', state: 'ENABLED', status: 'VALID' }]);
  const pools = await twin.client.send(new DescribeComputeEnvironmentsCommand({}));
  expect(pools.computeEnvironments).toMatchObject([
    { computeEnvironmentName: 'pool', computeResources: { instanceTypes: ['m7g.xlarge'], maxvCpus: 16 } },
  ]);
  const definitions = await twin.client.send(
    new DescribeJobDefinitionsCommand({ jobDefinitionName: 'work', status: 'ACTIVE' }),
  );
  expect(definitions.jobDefinitions).toMatchObject([
    { jobDefinitionName: 'work', revision: 1, timeout: { attemptDurationSeconds: 3600 } },
  ]);
});

it('keeps consumable resources under their names', async () => {
  const create = () =>
    twin.client.send(
      new CreateConsumableResourceCommand({ consumableResourceName: 'two', totalQuantity: 2 }),
    );
  await create();
  await expect(create()).rejects.toMatchObject({ name: 'ClientException', message: /already exists/ });
  const listed = () => twin.client.send(new ListConsumableResourcesCommand({}));
  expect((await listed()).consumableResources).toMatchObject([
    { consumableResourceName: 'two', totalQuantity: 2 },
  ]);
  await twin.client.send(new DeleteConsumableResourceCommand({ consumableResource: 'two' }));
  expect((await listed()).consumableResources).toEqual([]);
});
