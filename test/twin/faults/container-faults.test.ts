import { withContainerFaults } from '../../../lib/twin/faults/container-faults.ts';
import { instanceMetadata } from '../../../lib/twin/faults/instance-metadata.ts';
import { parseFaults } from '../../../lib/twin/faults/read-faults.ts';
import { ended, fakeContainers, resources, startTestBatch, type TestBatch } from '../batch/helper.ts';

let twin: TestBatch;
afterEach(() => twin.stop());

const metadata = instanceMetadata();
const notices: [string, Date][] = [];

/** A twin whose containers have these faults; on-demand hosts unless `isSpot`. */
async function start(rules: readonly object[], isSpot = false, seed = 1, pace = {}): Promise<void> {
  const faults = parseFaults({ seed, pace: { secondMs: 1 }, containers: rules });
  const containers = fakeContainers();
  notices.length = 0;
  twin = await startTestBatch({
    resources: {
      ...resources,
      computeEnvironments: resources.computeEnvironments.map(each => ({ ...each, isSpot })),
    },
    pace,
    run: withContainerFaults(containers.run, {
      faults,
      metadata: { ...metadata, notice: (...given) => void notices.push(given) },
      serverUrl: () => 'http://127.0.0.1:1',
    }),
  });
  Object.assign(twin, containers);
}

const retry = (attempts: number) => ({ retryStrategy: { attempts } });
const lost = /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/;

it('an image that cannot be pulled fails an attempt before it runs', async () => {
  await start([{ fault: 'image-pull', attempt: 1 }]);
  const job = await twin.until(await twin.submit(['ok'], retry(2)), ...ended);
  expect(job).toMatchObject({
    status: 'SUCCEEDED',
    attempts: [
      {
        statusReason: 'Task failed to start',
        container: { reason: expect.stringMatching(/^CannotPullContainerError: /) },
      },
      { container: { exitCode: 0 } },
    ],
  });
  expect(job.attempts![0]!.startedAt).toBeUndefined();
  expect(twin.started).toHaveLength(1);
});

it('out of memory is exit code 137 and the words of ECS', async () => {
  await start([{ fault: 'out-of-memory', afterMs: [5, 10] }]);
  expect(await twin.until(await twin.submit(['deaf']), ...ended)).toMatchObject({
    status: 'FAILED',
    statusReason: 'Essential container in task exited',
    container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
  });
  expect(twin.signals).toEqual(['SIGKILL']);
});

it('a host that is lost takes everything on it, and what is retried runs on another', async () => {
  await start([{ fault: 'host-lost', index: 0, attempt: 1, afterMs: [20, 20] }]);
  const id = await twin.submit(['hang'], { arrayProperties: { size: 3 }, ...retry(2) });
  for (const index of [0, 1, 2]) {
    for (;;) {
      const child = await twin.describe(`${id}:${index}`).catch(() => undefined);
      if (child?.attempts?.length === 1 && child.status === 'RUNNING') break;
      await new Promise(resolve => setTimeout(resolve, 2));
    }
    const child = await twin.describe(`${id}:${index}`);
    expect(child.attempts![0]!.statusReason).toMatch(lost);
    expect(child.container!.containerInstanceArn).not.toBe(
      child.attempts![0]!.container!.containerInstanceArn,
    );
  }
  for (const each of twin.running()) twin.finish(each);
  await twin.until(id, 'SUCCEEDED');
});

it('a spot instance gets its notice in its metadata, and goes when that has passed', async () => {
  await start([{ fault: 'spot-reclaim', afterMs: [0, 0], noticeSeconds: 60 }], true);
  const id = await twin.submit(['hang']);
  const job = await twin.until(id, ...ended);
  expect(job).toMatchObject({ status: 'FAILED', statusReason: expect.stringMatching(lost) });
  expect(notices).toHaveLength(1);
  expect(job.statusReason).toContain(notices[0]![0]);
  // 60 seconds of 1 ms.
  expect(job.stoppedAt! - job.startedAt!).toBeGreaterThanOrEqual(55);
});

it('an attempt that is STARTING on a host that goes, goes with it', async () => {
  await start([{ fault: 'host-lost', index: 0, attempt: 1, afterMs: [0, 0] }], false, 1, { startingMs: 800 });
  const first = await twin.submit(['hang'], { ...retry(2), arrayProperties: { size: 2 } });
  await twin.until(`${first}:0`, 'STARTING');
  await new Promise(resolve => setTimeout(resolve, 400));
  // On the host of the first, and has no container when that goes.
  const second = await twin.submit(['ok'], retry(2));
  const { attempts } = await twin.until(second, ...ended);
  expect(attempts).toMatchObject([
    { statusReason: expect.stringMatching(lost) },
    { container: { exitCode: 0 } },
  ]);
  expect(attempts![0]!.startedAt).toBeUndefined();
});

it('a host that has its notice takes no more: what made way for it runs on another', async () => {
  const notice = { fault: 'spot-reclaim', attempt: 1, afterMs: [5, 5], noticeSeconds: 60_000 };
  await start([notice], true);
  const id = await twin.submit(['hang'], retry(2));
  await twin.until(id, 'RUNNING');
  while (notices.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
  const behind = await twin.until(await twin.submit(['ok']), ...ended);
  const job = await twin.describe(id);
  expect(behind.container!.containerInstanceArn).not.toBe(job.container!.containerInstanceArn);
});

it('a rule strikes the same shards in every run of the same seed, whatever the run is called', async () => {
  const struck = async (run: string): Promise<unknown[]> => {
    await start([{ fault: 'image-pull', probability: 0.3 }], false, 9);
    const jobName = `rapidtide-${run}-run-r0-a0`;
    const id = await twin.submit(['ok'], { jobName, arrayProperties: { size: 40 } });
    await twin.until(id, ...ended);
    const states = twin.started.map(spec => spec.environment.AWS_BATCH_JOB_ARRAY_INDEX);
    await twin.stop();
    return states;
  };
  const first = await struck('20261121t001500z-3f9a2c');
  expect(first.length).toBeLessThan(40);
  expect(await struck('20270102t101112z-000001')).toEqual(first);
  await start([]);
});

it('spot instances go without notice too, and on-demand ones are not reclaimed', async () => {
  await start([{ fault: 'spot-reclaim', afterMs: [0, 0], noticeSeconds: 0 }], true);
  expect((await twin.until(await twin.submit(['hang']), ...ended)).statusReason).toMatch(lost);
  expect(notices).toEqual([]);
  await twin.stop();
  await start([{ fault: 'spot-reclaim', afterMs: [0, 0], noticeSeconds: 0 }]);
  const id = await twin.submit(['hang']);
  await twin.until(id, 'RUNNING');
  await new Promise(go => setTimeout(go, 200));
  expect([(await twin.describe(id)).status, twin.signals]).toEqual(['RUNNING', []]);
});

it('rules strike by job name, index and probability, the same for the same seed', async () => {
  const failed = async (seed: number): Promise<number[]> => {
    await start([{ fault: 'image-pull', jobName: 'run-*', probability: 0.4 }], false, seed);
    const other = await twin.submit(['ok'], { jobName: 'other' });
    const id = await twin.submit(['ok'], { jobName: 'run-a', arrayProperties: { size: 60 } });
    await twin.until(id, ...ended);
    await twin.until(other, 'SUCCEEDED');
    const indexes: number[] = [];
    for (let index = 0; index < 60; index++)
      if ((await twin.describe(`${id}:${index}`)).status === 'FAILED') indexes.push(index);
    return indexes;
  };
  const first = await failed(1);
  await twin.stop();
  expect(await failed(1)).toEqual(first);
  await twin.stop();
  expect(await failed(2)).not.toEqual(first);
  expect(first.length).toBeGreaterThan(10);
  expect(first.length).toBeLessThan(40);
});

it('no child runs twice or is lost whatever hosts do', async () => {
  await start([
    { fault: 'host-lost', probability: 0.1, afterMs: [0, 2] },
    { fault: 'image-pull', probability: 0.1 },
  ]);
  const id = await twin.submit(['ok'], { arrayProperties: { size: 300 }, ...retry(10) });
  const parent = await twin.until(id, ...ended);
  expect(parent.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 300 });
  const runs = twin.started.map(spec => `${spec.jobId} ${spec.attempt}`);
  expect(new Set(runs).size).toBe(runs.length);
});
