import { CancelJobCommand, ListJobsCommand, TerminateJobCommand } from '@aws-sdk/client-batch';
import { copyOf, ended, startTestBatch, type TestBatch } from './helper.ts';
import { manualClock } from './manual-clock.ts';

let twin: TestBatch;
afterEach(() => twin.stop());

const cancel = (jobId: string) => twin.client.send(new CancelJobCommand({ jobId, reason: 'not needed' }));
const terminate = (jobId: string) => twin.client.send(new TerminateJobCommand({ jobId, reason: 'enough' }));

it('a job goes through every state, and a dependent one through PENDING', async () => {
  const clock = manualClock();
  twin = await startTestBatch({ clock, pace: { submittedMs: 1000, startingMs: 1000 } });
  const first = await twin.submit(['hang']);
  const second = await twin.submit(['hang'], { dependsOn: [{ jobId: first }] });
  const statuses = async () => [(await twin.describe(first)).status, (await twin.describe(second)).status];
  expect(await statuses()).toEqual(['SUBMITTED', 'SUBMITTED']);
  clock.advance(1000);
  await twin.until(first, 'STARTING');
  await twin.until(second, 'PENDING');
  expect(await statuses()).toEqual(['STARTING', 'PENDING']);
  clock.advance(1000);
  await twin.until(first, 'RUNNING');
  expect(await statuses()).toEqual(['RUNNING', 'PENDING']);
  twin.finish(first);
  await twin.until(second, 'STARTING');
  expect(await statuses()).toEqual(['SUCCEEDED', 'STARTING']);
  clock.advance(1000);
  await twin.until(second, 'RUNNING');
  twin.finish(second);
  await twin.until(second, 'SUCCEEDED');
});

it("an array's parent is SUBMITTED without children, then PENDING to the end", async () => {
  const clock = manualClock();
  twin = await startTestBatch({ clock, pace: { submittedMs: 60 } });
  const id = await twin.submit(['hang'], { arrayProperties: { size: 3 } });
  await expect(twin.describe(`${id}:0`)).rejects.toThrow('no job');
  expect((await twin.describe(id)).arrayProperties?.statusSummary).toMatchObject({ RUNNABLE: 0, PENDING: 0 });
  expect(
    (await twin.client.send(new ListJobsCommand({ arrayJobId: id, jobStatus: 'SUBMITTED' }))).jobSummaryList,
  ).toEqual([]);
  clock.advance(60);
  await twin.until(`${id}:2`, 'RUNNING');
  expect((await twin.describe(id)).status).toBe('PENDING');
  for (const each of [0, 1, 2]) twin.finish(`${id}:${each}`);
  expect((await twin.until(id, ...ended)).status).toBe('SUCCEEDED');
});

it('startedAt is when a job became RUNNING, and 0 before; an attempt that never ran has none', async () => {
  const clock = manualClock();
  twin = await startTestBatch({ clock, pace: { startingMs: 50 } });
  const id = await twin.submit(['hang']);
  const starting = await twin.until(id, 'STARTING');
  expect(starting.startedAt).toBe(0);
  expect(starting.container?.logStreamName).toMatch(/^work\/default\/[0-9a-f]{32}$/);
  clock.advance(50);
  const running = await twin.until(id, 'RUNNING');
  expect(running.startedAt! - running.createdAt!).toBe(50);
  const thrown = await twin.submit(['throw']);
  await twin.until(thrown, 'STARTING');
  clock.advance(50);
  const failed = await twin.until(thrown, ...ended);
  expect(failed.attempts).toHaveLength(1);
  expect(failed.attempts![0]!.startedAt).toBeUndefined();
  expect(failed).toMatchObject({ startedAt: 0, statusReason: 'Task failed to start' });
});

it('terminate ends a job that is STARTING before its container runs; cancel leaves it alone', async () => {
  twin = await startTestBatch({ clock: manualClock(), pace: { startingMs: 200 } });
  const id = await twin.submit(['ok'], { retryStrategy: { attempts: 3 } });
  await twin.until(id, 'STARTING');
  await cancel(id);
  expect((await twin.describe(id)).status).toBe('STARTING');
  await terminate(id);
  expect(await twin.describe(id)).toMatchObject({
    status: 'FAILED',
    statusReason: 'enough',
    isTerminated: true,
    isCancelled: false,
  });
  expect(twin.started).toEqual([]);
});

it('a job that waits is cancelled only when what it waits for has ended; terminate does not wait', async () => {
  twin = await startTestBatch();
  const first = await twin.submit(['hang']);
  await twin.until(first, 'RUNNING');
  const waits = () => twin.submit(['ok'], { arrayProperties: { size: 2 }, dependsOn: [{ jobId: first }] });
  const [one, two] = [await waits(), await waits()];
  await cancel(one);
  await terminate(two);
  expect(await twin.describe(one)).toMatchObject({ status: 'PENDING', isCancelled: true });
  expect(await twin.describe(two)).toMatchObject({ status: 'FAILED', statusReason: 'enough' });
  twin.finish(first);
  expect(await twin.until(one, ...ended)).toMatchObject({ status: 'FAILED', statusReason: 'not needed' });
  expect((await twin.describe(`${one}:1`)).statusReason).toBe('not needed');
  expect(twin.started).toHaveLength(1);
});

it('children of SEQUENTIAL that are cancelled end one after the other behind the one that runs', async () => {
  twin = await startTestBatch();
  const id = await twin.submit(['hang'], {
    arrayProperties: { size: 4 },
    dependsOn: [{ type: 'SEQUENTIAL' }],
  });
  await twin.until(`${id}:0`, 'RUNNING');
  await cancel(id);
  expect((await twin.describe(`${id}:3`)).status).toBe('PENDING');
  twin.finish(`${id}:0`);
  const parent = await twin.until(id, ...ended);
  expect(parent.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 1, FAILED: 3 });
  expect((await twin.describe(`${id}:3`)).statusReason).toBe('not needed');
});

describe('statusSummary', () => {
  it('lags behind the children, says since when, and is exact when the array has ended', async () => {
    const lag = 400;
    const clock = manualClock(400_000_000);
    twin = await startTestBatch({ clock, pace: { statusSummaryLagMs: lag } });
    clock.advance(5);
    const id = await twin.submit(['hang'], { arrayProperties: { size: 2 } });
    await twin.until(`${id}:1`, 'RUNNING');
    clock.advance(lag - 6);
    const early = (await twin.describe(id)).arrayProperties!;
    expect(early.statusSummary).toMatchObject({ RUNNING: 0, SUCCEEDED: 0 });
    clock.advance(1);
    const late = (await twin.describe(id)).arrayProperties!;
    expect(late.statusSummary).toMatchObject({ RUNNING: 2 });
    expect(late.statusSummaryLastUpdatedAt).toBe(400_000_000 + lag);
    clock.advance(5);
    for (const each of [0, 1]) twin.finish(`${id}:${each}`);
    const done = await twin.until(id, ...ended);
    expect(done.arrayProperties).toMatchObject({
      statusSummary: { SUCCEEDED: 2 },
      statusSummaryLastUpdatedAt: done.stoppedAt,
    });
  });

  it('never counts more or fewer children than there are', async () => {
    twin = await startTestBatch({ pace: { statusSummaryLagMs: 7 } });
    const id = await twin.submit(['odd'], { arrayProperties: { size: 500 }, retryStrategy: { attempts: 2 } });
    for (;;) {
      const job = await twin.describe(id);
      const sum = Object.values(job.arrayProperties!.statusSummary!).reduce((a, b) => a + b, 0);
      expect([0, 500]).toContain(sum - (job.arrayProperties!.statusSummary!.SUBMITTED ?? 0) || sum);
      if (ended.includes(job.status as never)) break;
    }
    expect((await twin.describe(id)).arrayProperties?.statusSummary).toMatchObject({
      SUCCEEDED: 250,
      FAILED: 250,
    });
  });
});

it('each attempt has its own log stream and task, and runs on a host of the pool', async () => {
  twin = await startTestBatch({ resources: copyOf({ streamPrefix: 'lab' }) });
  const id = await twin.submit(['exit', '1'], { retryStrategy: { attempts: 3 } });
  const job = await twin.until(id, ...ended);
  const streams = job.attempts!.map(each => each.container!.logStreamName!);
  expect(new Set(streams).size).toBe(3);
  for (const { container } of job.attempts!) {
    expect(container!.taskArn).toMatch(/:task\/AWSBatch-pool\/[0-9a-f]{32}$/);
    expect(container!.taskArn!.split('/').at(-1)).toBe(container!.logStreamName!.split('/').at(-1));
    expect(container!.containerInstanceArn).toMatch(/:container-instance\/AWSBatch-pool\/[0-9a-f]{32}$/);
  }
});
