import {
  CancelJobCommand,
  CreateConsumableResourceCommand,
  DescribeConsumableResourceCommand,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import type { Exit, RunContainer } from '../../../lib/twin/batch/types.ts';
import { simulatedClock } from '../../../lib/twin/simulated-clock.ts';
import { copyOf, ended, startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
beforeEach(async () => {
  twin = await startTestBatch();
});
afterEach(() => twin.stop());

describe('a plain job', () => {
  it('runs with the definition, the overrides and what Batch sets, and succeeds', async () => {
    const id = await twin.submit(['ok', 'Ref::word', 'Ref::other'], {
      parameters: { other: 'given' },
      jobDefinition: 'work:1',
      containerOverrides: { environment: [{ name: 'BOTH', value: 'override' }] },
    });
    const job = await twin.until(id, ...ended);
    expect(job).toMatchObject({
      status: 'SUCCEEDED',
      statusReason: 'Essential container in task exited',
      jobName: 'a-job',
      container: { exitCode: 0, command: ['ok', 'default', 'given'] },
      attempts: [{ container: { exitCode: 0 }, statusReason: 'Essential container in task exited' }],
    });
    expect(job.container?.logStreamName).toMatch(/^work\/default\/[0-9a-f]{32}$/);
    expect(job.attempts?.[0]?.container?.logStreamName).toBe(job.container?.logStreamName);
    expect(job.createdAt).toBeLessThanOrEqual(job.startedAt!);
    expect(job.startedAt).toBeLessThanOrEqual(job.stoppedAt!);
    expect(twin.started[0]?.environment).toEqual({
      FROM_DEFINITION: 'yes',
      BOTH: 'override',
      AWS_BATCH_JOB_ID: id,
      AWS_BATCH_JOB_ATTEMPT: '1',
      AWS_BATCH_JQ_NAME: 'queue',
      AWS_BATCH_CE_NAME: 'pool',
    });
  });

  it('fails with the exit code and the reason of its container', async () => {
    const id = await twin.submit(['reason', '137', 'OutOfMemoryError: Container killed']);
    expect(await twin.until(id, ...ended)).toMatchObject({
      status: 'FAILED',
      container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed' },
    });
  });

  it('fails as not started when its container cannot be made', async () => {
    const id = await twin.submit(['throw']);
    expect(await twin.until(id, ...ended)).toMatchObject({
      status: 'FAILED',
      statusReason: 'Task failed to start',
      container: { reason: 'CannotStartContainerError: no space left' },
    });
  });
});

describe('an array', () => {
  it('gives every child its index, and its parent is PENDING until the last has ended', async () => {
    const id = await twin.submit(['hang'], { arrayProperties: { size: 3 } });
    for (const index of [0, 1, 2]) await twin.until(`${id}:${index}`, 'RUNNING');
    expect(await twin.describe(id)).toMatchObject({
      status: 'PENDING',
      arrayProperties: { size: 3, statusSummary: { RUNNING: 3, SUCCEEDED: 0 } },
    });
    expect(twin.started.map(spec => spec.environment.AWS_BATCH_JOB_ARRAY_INDEX)).toEqual(['0', '1', '2']);
    expect(twin.started[2]?.environment).toMatchObject({
      AWS_BATCH_JOB_ARRAY_SIZE: '3',
      AWS_BATCH_JOB_ID: `${id}:2`,
    });
    for (const index of [0, 1, 2]) twin.finish(`${id}:${index}`);
    const parent = await twin.until(id, 'SUCCEEDED');
    expect(parent.arrayProperties?.statusSummary).toMatchObject({ RUNNING: 0, SUCCEEDED: 3 });
    expect((await twin.describe(`${id}:1`)).arrayProperties).toMatchObject({ index: 1 });
  });

  it('fails when one child failed, and the others ran all the same', async () => {
    const id = await twin.submit(['odd'], { arrayProperties: { size: 5 } });
    const parent = await twin.until(id, ...ended);
    expect(parent).toMatchObject({ status: 'FAILED', statusReason: 'Array Child Job failed' });
    expect(parent.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 3, FAILED: 2 });
  });

  it('keeps within cores and memory', async () => {
    const id = await twin.submit(['ok'], {
      arrayProperties: { size: 40 },
      containerOverrides: { resourceRequirements: [{ type: 'VCPU', value: '2' }] },
    });
    await twin.until(id, 'SUCCEEDED');
    const memory = await twin.submit(['ok'], {
      arrayProperties: { size: 40 },
      containerOverrides: { resourceRequirements: [{ type: 'MEMORY', value: '6000' }] },
    });
    expect(twin.most()).toBe(2);
    await twin.until(memory, 'SUCCEEDED');
    expect(twin.most()).toBe(2);
  });

  it('runs a job that is larger than the machine alone', async () => {
    await twin.stop();
    twin = await startTestBatch({ cpus: 1 });
    const id = await twin.submit(['ok'], {
      arrayProperties: { size: 4 },
      containerOverrides: { resourceRequirements: [{ type: 'VCPU', value: '4' }] },
    });
    await twin.until(id, 'SUCCEEDED');
    expect(twin.most()).toBe(1);
  });

  it('of 10,000 children ends in bounded time and memory', async () => {
    const before = process.memoryUsage().heapUsed;
    const id = await twin.submit(['ok'], { arrayProperties: { size: 10_000 } });
    const parent = await twin.until(id, ...ended);
    expect(parent.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 10_000 });
    twin.started.length = 0;
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
  });
});

describe('retries', () => {
  it('take what no rule matches while attempts are left', async () => {
    const id = await twin.submit(['exit', '3'], {
      retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: '4*', action: 'EXIT' }] },
    });
    const job = await twin.until(id, ...ended);
    expect(job.attempts?.map(each => each.container?.exitCode)).toEqual([3, 3, 3]);
    expect(new Set(job.attempts?.map(each => each.container?.logStreamName)).size).toBe(3);
    expect(twin.started.map(spec => spec.environment.AWS_BATCH_JOB_ATTEMPT)).toEqual(['1', '2', '3']);
  });

  it.each([
    ['a lost host', ['host'], 3],
    ['an image that cannot be pulled', ['reason', '1', 'CannotPullContainerError: no'], 3],
    ['exit code 75', ['exit', '75'], 3],
    ['exit code 1', ['exit', '1'], 1],
    ['no memory', ['reason', '137', 'OutOfMemoryError: killed'], 1],
  ])('follow the first rule that matches: %s', async (_, command, attempts) => {
    const id = await twin.submit(command, {
      retryStrategy: {
        attempts: 3,
        evaluateOnExit: [
          { onStatusReason: 'Host EC2*', action: 'RETRY' },
          { onReason: 'CannotPull*', action: 'retry' as 'RETRY' },
          { onExitCode: '75', action: 'RETRY' },
          { onReason: '*', action: 'EXIT' },
        ],
      },
    });
    expect((await twin.until(id, ...ended)).attempts).toHaveLength(attempts);
  });

  it('come from the definition as a whole unless the submission has its own', async () => {
    await twin.stop();
    twin = await startTestBatch({
      resources: copyOf({ attempts: 2, evaluateOnExit: [{ action: 'EXIT', onExitCode: '5' }] }),
    });
    const inherited = await twin.until(await twin.submit(['exit', '5']), ...ended);
    expect(inherited.attempts).toHaveLength(1);
    const own = await twin.submit(['exit', '5'], { retryStrategy: { attempts: 4 } });
    expect((await twin.until(own, ...ended)).attempts).toHaveLength(4);
  });
});

describe('ends from outside', () => {
  const terminate = (jobId: string) => twin.client.send(new TerminateJobCommand({ jobId, reason: 'enough' }));
  const cancel = (jobId: string) => twin.client.send(new CancelJobCommand({ jobId, reason: 'not needed' }));

  it('terminate sends SIGTERM, and the job is not tried again', async () => {
    const id = await twin.submit(['hang'], { retryStrategy: { attempts: 5 } });
    await twin.until(id, 'RUNNING');
    await terminate(id);
    const job = await twin.until(id, ...ended);
    expect(job).toMatchObject({ status: 'FAILED', statusReason: 'enough', container: { exitCode: 143 } });
    expect(job.attempts).toHaveLength(1);
    expect(twin.signals).toEqual(['SIGTERM']);
  });

  it('what ends well at its SIGTERM has not succeeded', async () => {
    const id = await twin.submit(['polite'], { retryStrategy: { attempts: 2 } });
    await twin.until(id, 'RUNNING');
    await terminate(id);
    const job = await twin.until(id, ...ended);
    expect(job).toMatchObject({ status: 'FAILED', statusReason: 'enough', container: { exitCode: 0 } });
    expect(job.attempts).toHaveLength(1);
  });

  it('terminate sends SIGKILL to what does not stop', async () => {
    const id = await twin.submit(['deaf']);
    await twin.until(id, 'RUNNING');
    await terminate(id);
    await twin.until(id, 'FAILED');
    expect(twin.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });

  it('terminate of a parent ends running and waiting children', async () => {
    const id = await twin.submit(['hang'], { arrayProperties: { size: 100 } });
    await twin.until(`${id}:3`, 'RUNNING');
    await terminate(id);
    const parent = await twin.until(id, ...ended);
    expect(parent).toMatchObject({ status: 'FAILED', statusReason: 'enough' });
    expect(parent.arrayProperties?.statusSummary).toMatchObject({ FAILED: 100 });
    expect(twin.started).toHaveLength(4);
  });

  it('cancel leaves what runs alone and ends what waits', async () => {
    const id = await twin.submit(['hang'], { arrayProperties: { size: 6 } });
    await twin.until(`${id}:3`, 'RUNNING');
    await cancel(id);
    expect((await twin.describe(id)).arrayProperties?.statusSummary).toMatchObject({ RUNNING: 4, FAILED: 2 });
    expect(await twin.describe(`${id}:5`)).toMatchObject({ status: 'FAILED', statusReason: 'not needed' });
    for (const each of [0, 1, 2, 3]) twin.finish(`${id}:${each}`);
    expect((await twin.until(id, ...ended)).status).toBe('FAILED');
    expect(twin.signals).toEqual([]);
  });

  it('SIGTERM comes when the timeout is over, and SIGKILL 30 seconds later', async () => {
    await twin.stop();
    const clock = simulatedClock({ startAt: 1_800_000_000_000 });
    const signals: [string, number][] = [];
    let exit: (end: Exit) => void = () => undefined;
    const deaf: RunContainer = () => ({
      exited: new Promise(done => {
        exit = done;
      }),
      signal: name => {
        signals.push([name, clock.now()]);
        if (name === 'SIGKILL') exit({ exitCode: 137 });
      },
    });
    twin = await startTestBatch({ clock, run: deaf, stopTimeoutMs: undefined });
    const id = await twin.submit(['ok'], { timeout: { attemptDurationSeconds: 60 } });
    const { startedAt, stoppedAt } = await twin.until(id, 'FAILED');
    expect(signals).toEqual([
      ['SIGTERM', startedAt! + 60_000],
      ['SIGKILL', startedAt! + 90_000],
    ]);
    expect(stoppedAt).toBe(startedAt! + 90_000);
  });

  it('a timeout ends an attempt, which is not tried again', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance'] });
    try {
      const input = {
        jobName: 'slow',
        jobQueue: 'queue',
        jobDefinition: 'work',
        containerOverrides: { command: ['hang'] },
        timeout: { attemptDurationSeconds: 60 },
        retryStrategy: { attempts: 3 },
      };
      const call = (action: string, given: Record<string, unknown>) =>
        twin.batch.call({ action, input: given, accessKeyId: '' });
      const { jobId } = (await call('submitjob', input)) as { jobId: string };
      for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
      jest.advanceTimersByTime(59_999);
      expect(twin.signals).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(twin.signals).toEqual(['SIGTERM']);
      for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
      expect(await call('describejobs', { jobs: [jobId] })).toMatchObject({
        jobs: [{ status: 'FAILED', statusReason: 'Job attempt duration exceeded timeout' }],
      });
      expect(twin.started).toHaveLength(1);
    } finally {
      jest.useRealTimers();
    }
  });
});

it('a consumable resource limits how many jobs run at once', async () => {
  await twin.client.send(
    new CreateConsumableResourceCommand({ consumableResourceName: 'two', totalQuantity: 2 }),
  );
  const id = await twin.submit(['ok'], {
    arrayProperties: { size: 20 },
    consumableResourcePropertiesOverride: {
      consumableResourceList: [{ consumableResource: 'two', quantity: 1 }],
    },
  });
  await twin.until(id, 'SUCCEEDED');
  expect(twin.most()).toBe(2);
  expect(
    await twin.client.send(new DescribeConsumableResourceCommand({ consumableResource: 'two' })),
  ).toMatchObject({ totalQuantity: 2, inUseQuantity: 0, availableQuantity: 2 });
});
