import { ended, startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
beforeEach(async () => {
  twin = await startTestBatch();
});
afterEach(() => twin.stop());

const order = (): string[] =>
  twin.started.map(spec => `${spec.jobName}${spec.environment.AWS_BATCH_JOB_ARRAY_INDEX ?? ''}`);

it('a plain dependency waits for the whole array', async () => {
  const first = await twin.submit(['hang'], { jobName: 'a', arrayProperties: { size: 2 } });
  const second = await twin.submit(['ok'], {
    jobName: 'b',
    arrayProperties: { size: 2 },
    dependsOn: [{ jobId: first }],
  });
  await twin.until(`${first}:1`, 'RUNNING');
  twin.finish(`${first}:0`);
  await twin.until(`${first}:0`, 'SUCCEEDED');
  expect((await twin.describe(`${second}:0`)).status).toBe('PENDING');
  twin.finish(`${first}:1`);
  await twin.until(second, 'SUCCEEDED');
  expect(order()).toEqual(['a0', 'a1', 'b0', 'b1']);
});

it('a failed dependency fails what depends on it, all the way down', async () => {
  const first = await twin.submit(['exit', '1']);
  const second = await twin.submit(['ok'], { arrayProperties: { size: 3 }, dependsOn: [{ jobId: first }] });
  const third = await twin.submit(['ok'], { dependsOn: [{ jobId: second }] });
  expect(await twin.until(third, ...ended)).toMatchObject({
    status: 'FAILED',
    statusReason: 'Dependent Job failed',
  });
  expect(await twin.describe(second)).toMatchObject({
    status: 'FAILED',
    statusReason: 'Dependent Job failed',
    arrayProperties: { statusSummary: { FAILED: 3 } },
  });
  expect(twin.started).toHaveLength(1);
});

it('N_TO_N lets each child follow the child with its index', async () => {
  const first = await twin.submit(['hang'], { jobName: 'a', arrayProperties: { size: 3 } });
  const second = await twin.submit(['ok'], {
    jobName: 'b',
    arrayProperties: { size: 3 },
    dependsOn: [{ jobId: first, type: 'N_TO_N' }],
  });
  await twin.until(`${first}:2`, 'RUNNING');
  twin.finish(`${first}:2`);
  await twin.until(`${second}:2`, 'SUCCEEDED');
  expect((await twin.describe(second)).arrayProperties?.statusSummary).toMatchObject({
    PENDING: 2,
    SUCCEEDED: 1,
  });
  twin.finish(`${first}:0`);
  twin.finish(`${first}:1`);
  await twin.until(second, 'SUCCEEDED');
});

it('N_TO_N fails the children whose counterpart failed, and no others', async () => {
  const first = await twin.submit(['odd'], { arrayProperties: { size: 4 } });
  const second = await twin.submit(['ok'], {
    arrayProperties: { size: 4 },
    dependsOn: [{ jobId: first, type: 'N_TO_N' }],
  });
  const parent = await twin.until(second, ...ended);
  expect(parent.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 2, FAILED: 2 });
  expect((await twin.describe(`${second}:1`)).statusReason).toBe('Dependent Job failed');
});

it('N_TO_N over thousands of children is quick', async () => {
  const first = await twin.submit(['ok'], { arrayProperties: { size: 3000 } });
  const second = await twin.submit(['ok'], {
    arrayProperties: { size: 3000 },
    dependsOn: [{ jobId: first, type: 'N_TO_N' }],
  });
  await twin.until(second, 'SUCCEEDED');
  expect(twin.started).toHaveLength(6000);
});

it('SEQUENTIAL runs one child after the other', async () => {
  const id = await twin.submit(['ok'], {
    jobName: 's',
    arrayProperties: { size: 5 },
    dependsOn: [{ type: 'SEQUENTIAL' }],
  });
  await twin.until(id, 'SUCCEEDED');
  expect(order()).toEqual(['s0', 's1', 's2', 's3', 's4']);
  expect(twin.most()).toBe(1);
});

it('SEQUENTIAL ends at the first child that fails, however many follow', async () => {
  const id = await twin.submit(['odd'], {
    arrayProperties: { size: 10_000 },
    dependsOn: [{ type: 'SEQUENTIAL' }],
  });
  const parent = await twin.until(id, ...ended);
  expect(parent.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 1, FAILED: 9999 });
  expect(twin.started).toHaveLength(2);
});
