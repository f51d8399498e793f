import {
  CreateConsumableResourceCommand,
  DeleteConsumableResourceCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  ListConsumableResourcesCommand,
  ListJobsCommand,
  type ListJobsCommandInput,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import { ended, startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
beforeEach(async () => {
  twin = await startTestBatch();
});
afterEach(() => twin.stop());

const refused: [string, Partial<SubmitJobCommandInput>, RegExp][] = [
  ['a name with a dot', { jobName: 'a.b' }, /Job name/],
  ['a name of 129 letters', { jobName: 'a'.repeat(129) }, /Job name/],
  ['an array of 1', { arrayProperties: { size: 1 } }, /between 2 and 10000/],
  ['an array of 10,001', { arrayProperties: { size: 10_001 } }, /between 2 and 10000/],
  ['an unknown queue', { jobQueue: 'nowhere' }, /JobQueue nowhere not found/],
  ['a disabled queue', { jobQueue: 'shut' }, /DISABLED/],
  ['an unknown definition', { jobDefinition: 'other' }, /JobDefinition not found/],
  ['an unknown revision', { jobDefinition: 'work:2' }, /JobDefinition not found/],
  ['a share on a first-in-first-out queue', { shareIdentifier: 'lab' }, /shareIdentifier/],
  ['21 dependencies', { dependsOn: Array.from({ length: 21 }, () => ({ jobId: 'x' })) }, /at most 20/],
  ['a dependency on nothing', { dependsOn: [{ jobId: 'nothing' }] }, /does not exist/],
  ['SEQUENTIAL on a plain job', { dependsOn: [{ type: 'SEQUENTIAL' }] }, /SEQUENTIAL/],
  ['a timeout under a minute', { timeout: { attemptDurationSeconds: 59 } }, /at least 60/],
  ['11 attempts', { retryStrategy: { attempts: 11 } }, /between 1 and 10/],
  [
    '6 rules',
    { retryStrategy: { attempts: 2, evaluateOnExit: Array(6).fill({ action: 'EXIT' }) } },
    /at most 5/,
  ],
  [
    'a rule with a star inside',
    { retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: 'a*b', action: 'EXIT' }] } },
    /not a valid pattern/,
  ],
  [
    'a reserved variable',
    { containerOverrides: { environment: [{ name: 'AWS_BATCH_JOB_ID', value: '1' }] } },
    /reserved/,
  ],
  ['an empty word', { containerOverrides: { command: ['ok', ''] } }, /empty/],
  ['a parameter without a value', { containerOverrides: { command: ['Ref::nothing'] } }, /no value/],
  [
    'overrides over 8 KiB',
    { containerOverrides: { environment: [{ name: 'A', value: 'x'.repeat(8200) }] } },
    /8192/,
  ],
  ['30 KiB of payload', { parameters: { a: 'x'.repeat(30 * 1024) } }, /30 KiB/],
  [
    'an unknown consumable resource',
    {
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource: 'none', quantity: 1 }],
      },
    },
    /none does not exist/,
  ],
];

it.each(refused)('SubmitJob refuses %s and leaves no job', async (_, given, message) => {
  await expect(twin.submit(['ok'], given)).rejects.toMatchObject({
    name: 'ClientException',
    message: expect.stringMatching(message),
  });
  const { jobSummaryList } = await twin.client.send(
    new ListJobsCommand({ jobQueue: 'queue', filters: [{ name: 'JOB_NAME', values: ['*'] }] }),
  );
  expect(jobSummaryList).toEqual([]);
});

it('N_TO_N needs two arrays of one size', async () => {
  const first = await twin.submit(['ok'], { arrayProperties: { size: 3 } });
  const dependsOn = [{ jobId: first, type: 'N_TO_N' as const }];
  await expect(twin.submit(['ok'], { arrayProperties: { size: 4 }, dependsOn })).rejects.toThrow(/same size/);
  await expect(twin.submit(['ok'], { dependsOn })).rejects.toThrow(/same size/);
});

it('DescribeJobs takes 1 to 100 ids and leaves out those it does not know', async () => {
  const id = await twin.submit(['ok'], { arrayProperties: { size: 2 } });
  const describe = (jobs: string[]) => twin.client.send(new DescribeJobsCommand({ jobs }));
  expect((await describe([id, `${id}:1`, `${id}:2`, 'nothing', `${id}:1:1`])).jobs).toMatchObject([
    { jobId: id },
    { jobId: `${id}:1` },
  ]);
  await expect(describe(Array(101).fill(id))).rejects.toThrow(/at most 100/);
  await expect(describe([])).rejects.toThrow(/empty/);
});

describe('ListJobs', () => {
  const list = (input: ListJobsCommandInput) => twin.client.send(new ListJobsCommand(input));

  it('answers RUNNING jobs where no status is asked for', async () => {
    const running = await twin.submit(['hang']);
    const done = await twin.submit(['ok']);
    await twin.until(running, 'RUNNING');
    await twin.until(done, 'SUCCEEDED');
    expect((await list({ jobQueue: 'queue' })).jobSummaryList).toMatchObject([{ jobId: running }]);
    expect((await list({ jobQueue: 'queue', jobStatus: 'SUCCEEDED' })).jobSummaryList).toMatchObject([
      { jobId: done },
    ]);
  });

  it('with a filter looks at every status and ignores case', async () => {
    const ids: string[] = [];
    for (const jobName of ['Run-a', 'run-b', 'other']) ids.push(await twin.submit(['ok'], { jobName }));
    for (const id of ids) await twin.until(id, 'SUCCEEDED');
    const names = async (values: string[]) =>
      (
        await list({ jobQueue: 'queue', jobStatus: 'RUNNABLE', filters: [{ name: 'JOB_NAME', values }] })
      ).jobSummaryList
        ?.map(job => job.jobName)
        .sort();
    expect(await names(['run-*'])).toEqual(['Run-a', 'run-b']);
    expect(await names(['RUN-B'])).toEqual(['run-b']);
    expect(await names(['run'])).toEqual([]);
    const byTime = await list({
      jobQueue: 'queue',
      filters: [{ name: 'AFTER_CREATED_AT', values: [String(Date.now() + 1000)] }],
    });
    expect(byTime.jobSummaryList).toEqual([]);
  });

  it('pages through the children of an array, one status at a time, filters or not', async () => {
    const id = await twin.submit(['odd'], { arrayProperties: { size: 2500 } });
    await twin.until(id, ...ended);
    const indexes: number[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await list({
        arrayJobId: id,
        jobStatus: 'SUCCEEDED',
        nextToken,
        filters: [{ name: 'JOB_NAME', values: ['nothing'] }],
      });
      indexes.push(...(page.jobSummaryList ?? []).map(job => job.arrayProperties?.index ?? -1));
      nextToken = page.nextToken;
      pages++;
    } while (nextToken);
    expect(indexes).toEqual(Array.from({ length: 1250 }, (_, each) => each * 2));
    expect(pages).toBeGreaterThan(1);
    expect((await list({ arrayJobId: id })).jobSummaryList).toEqual([]);
  });

  it('refuses two filters, no target and two targets', async () => {
    const filter = { name: 'JOB_NAME', values: ['a'] };
    await expect(list({ jobQueue: 'queue', filters: [filter, filter] })).rejects.toThrow(/one filter/);
    await expect(list({})).rejects.toThrow(/needed/);
    await expect(list({ jobQueue: 'queue', arrayJobId: 'x' })).rejects.toThrow(/Only one/);
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
