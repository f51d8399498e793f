import type { TwinStack } from '../../../lib/twin/template/twin-stack.ts';
import { copyOf, ended, resources, startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
afterEach(() => twin.stop());

const logging: TwinStack = {
  ...resources,
  eventRules: [
    {
      logGroup: 'events',
      pattern: { source: ['aws.batch'], detail: { jobQueue: [resources.queues[0]!.arn] } },
    },
  ],
};

interface StateChange {
  readonly id: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}
const events = (): StateChange[] =>
  twin.lines.filter(([group]) => group === 'events').map(([, , line]) => JSON.parse(line) as StateChange);
const statusesOf = (jobId: string) =>
  events()
    .filter(({ detail }) => detail.jobId === jobId)
    .map(({ detail }) => detail.status);

it('a job tells of every change of its status, and not of its submission', async () => {
  twin = await startTestBatch({ resources: logging });
  const first = await twin.submit(['hang']);
  const second = await twin.submit(['ok'], { dependsOn: [{ jobId: first }] });
  await twin.until(second, 'PENDING');
  twin.finish(first);
  await twin.until(second, ...ended);
  expect(statusesOf(first)).toEqual(['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED']);
  expect(statusesOf(second)).toEqual(['PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED']);
});

it('an array tells of its parent and of each child', async () => {
  twin = await startTestBatch({ resources: logging });
  const id = await twin.submit(['odd'], { arrayProperties: { size: 3 } });
  await twin.until(id, ...ended);
  expect(statusesOf(id)).toEqual(['PENDING', 'FAILED']);
  expect(statusesOf(`${id}:0`)).toEqual(['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED']);
  expect(statusesOf(`${id}:1`)).toEqual(['RUNNABLE', 'STARTING', 'RUNNING', 'FAILED']);
  expect(new Set(events().map(each => each.id)).size).toBe(events().length);
});

it('an attempt that is followed by another makes the job RUNNABLE again', async () => {
  twin = await startTestBatch({
    resources: { ...logging, jobDefinitions: copyOf({ attempts: 2 }).jobDefinitions },
  });
  const id = await twin.submit(['exit', '7']);
  await twin.until(id, ...ended);
  expect(statusesOf(id)).toEqual([
    'RUNNABLE',
    'STARTING',
    'RUNNING',
    'RUNNABLE',
    'STARTING',
    'RUNNING',
    'FAILED',
  ]);
});

it('the event is a line of JSON with the job as DescribeJobs answers it, in a stream with a random name', async () => {
  twin = await startTestBatch({ resources: logging });
  const id = await twin.submit(['reason', '137', 'OutOfMemoryError: Container killed due to memory usage']);
  const job = await twin.until(id, ...ended);
  const { detail, ...event } = events().at(-1)!;
  expect(event).toMatchObject({
    version: '0',
    'detail-type': 'Batch Job State Change',
    source: 'aws.batch',
    account: '000000000000',
    region: 'us-east-1',
    resources: [job.jobArn],
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  const { $metadata: _, ...described } = JSON.parse(JSON.stringify(job)) as Record<string, unknown>;
  expect(detail).toEqual({ ...described, tags: { resourceArn: job.jobArn } });
  expect(detail.container).toMatchObject({ exitCode: 137 });
  const streams = new Set(twin.lines.filter(([group]) => group === 'events').map(([, stream]) => stream));
  expect([...streams]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
});

it('a rule that means other jobs gets none of these', async () => {
  const pattern = { detail: { status: ['FAILED'], jobQueue: [{ prefix: 'arn:' }] } };
  twin = await startTestBatch({ resources: { ...logging, eventRules: [{ logGroup: 'events', pattern }] } });
  await twin.until(await twin.submit(['ok']), ...ended);
  const failed = await twin.submit(['exit', '1']);
  await twin.until(failed, ...ended);
  expect(events().map(({ detail }) => [detail.jobId, detail.status])).toEqual([[failed, 'FAILED']]);
});
