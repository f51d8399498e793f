import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CancelJobCommand, TerminateJobCommand } from '@aws-sdk/client-batch';
import { copyOf, ended, resources, startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
const restart = async (given: Parameters<typeof startTestBatch>[0] = {}): Promise<void> => {
  await twin.halt();
  twin = await startTestBatch({ ...given, folder: twin.folder });
};
beforeEach(async () => {
  twin = await startTestBatch();
});
afterEach(() => twin.stop());

const hostRule = { attempts: 2, evaluateOnExit: [{ onStatusReason: 'Host EC2*', action: 'RETRY' as const }] };

it('jobs that ended are still known, with their attempts', async () => {
  const id = await twin.submit(['odd'], { arrayProperties: { size: 4 } });
  const before = await twin.until(id, ...ended);
  const child = await twin.describe(`${id}:1`);
  await restart();
  const after = await twin.describe(id);
  expect(after).toMatchObject({
    status: 'FAILED',
    statusReason: before.statusReason,
    stoppedAt: before.stoppedAt,
  });
  expect(after.arrayProperties?.statusSummary).toEqual(before.arrayProperties?.statusSummary);
  expect(await twin.describe(`${id}:1`)).toEqual(child);
});

it('what ran has lost its host and goes through the retry rules', async () => {
  const retried = await twin.submit(['hang'], { retryStrategy: hostRule });
  const given = await twin.submit(['hang']);
  await twin.until(retried, 'RUNNING');
  await twin.until(given, 'RUNNING');
  await restart();
  const lost = /^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/;
  expect(await twin.until(given, ...ended)).toMatchObject({
    status: 'FAILED',
    statusReason: expect.stringMatching(lost),
  });
  await twin.until(retried, 'RUNNING');
  expect((await twin.describe(retried)).attempts).toMatchObject([
    { statusReason: expect.stringMatching(lost) },
  ]);
  expect(twin.started[0]?.environment.AWS_BATCH_JOB_ATTEMPT).toBe('2');
});

it('an array goes on where it was: no child runs twice, none is left out', async () => {
  const id = await twin.submit(['hang'], { arrayProperties: { size: 12 }, retryStrategy: hostRule });
  await twin.until(`${id}:3`, 'RUNNING');
  twin.finish(`${id}:1`);
  await twin.until(`${id}:4`, 'RUNNING');
  await restart();
  const seen: string[] = [];
  for (let round = 0; round < 200 && seen.length < 11; round++) {
    for (const each of twin.running()) {
      seen.push(each);
      twin.finish(each);
    }
    await new Promise(resolve => setTimeout(resolve, 2));
  }
  const parent = await twin.until(id, 'SUCCEEDED');
  expect(parent.arrayProperties?.statusSummary).toMatchObject({ SUCCEEDED: 12 });
  expect(twin.started.map(spec => Number(spec.jobId.split(':')[1])).sort((a, b) => a - b)).toEqual([
    0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
});

it('N_TO_N children that wait are opened again', async () => {
  const first = await twin.submit(['hang'], { arrayProperties: { size: 3 }, retryStrategy: hostRule });
  const second = await twin.submit(['ok'], {
    arrayProperties: { size: 3 },
    dependsOn: [{ jobId: first, type: 'N_TO_N' }],
  });
  await twin.until(`${first}:2`, 'RUNNING');
  twin.finish(`${first}:0`);
  await twin.until(`${second}:0`, 'SUCCEEDED');
  await restart();
  await twin.until(`${first}:2`, 'RUNNING');
  twin.finish(`${first}:1`);
  twin.finish(`${first}:2`);
  expect((await twin.until(second, ...ended)).status).toBe('SUCCEEDED');
  expect(twin.started.filter(spec => spec.jobId.startsWith(second))).toHaveLength(2);
});

it('a job that was being terminated is not tried again', async () => {
  const id = await twin.submit(['deaf'], { retryStrategy: hostRule });
  await twin.until(id, 'RUNNING');
  await twin.client.send(new TerminateJobCommand({ jobId: id, reason: 'enough' }));
  await restart();
  expect(await twin.until(id, ...ended)).toMatchObject({ status: 'FAILED', statusReason: 'enough' });
});

it('a child that was being terminated is not tried again, and a cancelled job that waits stays cancelled', async () => {
  const id = await twin.submit(['deaf'], { arrayProperties: { size: 2 }, retryStrategy: hostRule });
  const after = await twin.submit(['ok'], { dependsOn: [{ jobId: id }] });
  await twin.until(`${id}:1`, 'RUNNING');
  await twin.client.send(new TerminateJobCommand({ jobId: `${id}:1`, reason: 'this one' }));
  await twin.client.send(new CancelJobCommand({ jobId: after, reason: 'not needed' }));
  await restart();
  expect(await twin.until(`${id}:1`, ...ended)).toMatchObject({
    statusReason: 'this one',
    isTerminated: true,
  });
  expect(await twin.describe(after)).toMatchObject({ status: 'PENDING', isCancelled: true });
  await twin.until(`${id}:0`, 'RUNNING');
  twin.finish(`${id}:0`);
  expect(await twin.until(after, ...ended)).toMatchObject({ status: 'FAILED', statusReason: 'not needed' });
});

it('a terminate that a kill left half done is carried out to its end', async () => {
  const id = await twin.submit(['hang'], { arrayProperties: { size: 12 }, retryStrategy: hostRule });
  await twin.until(`${id}:3`, 'RUNNING');
  await twin.client.send(new TerminateJobCommand({ jobId: id, reason: 'enough' }));
  await twin.halt();
  const path = join(twin.folder, 'journal.jsonl');
  const lines = readFileSync(path, 'utf8').split('\n');
  const asked = lines.findIndex(line => line.includes('"stopping"'));
  writeFileSync(path, `${lines.slice(0, asked + 3).join('\n')}\n`);
  twin = await startTestBatch({ folder: twin.folder });
  expect(await twin.until(id, ...ended)).toMatchObject({
    statusReason: 'enough',
    arrayProperties: { statusSummary: { FAILED: 12 } },
  });
  expect(twin.started).toEqual([]);
});

it('a cancel that a kill left half done ends what was between two attempts', async () => {
  const id = await twin.submit(['hang'], {
    arrayProperties: { size: 2 },
    dependsOn: [{ type: 'SEQUENTIAL' }],
    retryStrategy: { attempts: 3 },
  });
  await twin.until(`${id}:0`, 'RUNNING');
  await twin.halt();
  const attempt = { stream: 'work/default/1', startedAt: 1, stoppedAt: 2, exitCode: 1 };
  const left = [
    { kind: 'ended', jobId: id, index: 0, attempt, status: 'RUNNABLE', at: 2 },
    { kind: 'cancelling', jobId: id, reason: 'not needed' },
  ];
  appendFileSync(
    join(twin.folder, 'journal.jsonl'),
    left.map(entry => `${JSON.stringify(entry)}\n`).join(''),
  );
  twin = await startTestBatch({ folder: twin.folder });
  await twin.until(id, 'FAILED');
  expect((await twin.describe(`${id}:0`)).statusReason).toBe('not needed');
  expect(twin.started).toEqual([]);
});

it('a torn last line of the journal is as if it had not been', async () => {
  const id = await twin.submit(['ok']);
  await twin.until(id, 'SUCCEEDED');
  await twin.halt();
  appendFileSync(join(twin.folder, 'journal.jsonl'), '{"kind":"submitted","spec":{"jobId":"to');
  twin = await startTestBatch({ folder: twin.folder });
  const second = await twin.submit(['ok']);
  await twin.until(second, 'SUCCEEDED');
  await restart();
  expect((await twin.describe(id)).status).toBe('SUCCEEDED');
  expect((await twin.describe(second)).status).toBe('SUCCEEDED');
});

it('a job whose definition has left the stack fails by its name', async () => {
  const id = await twin.submit(['hang'], { retryStrategy: hostRule });
  await twin.until(id, 'RUNNING');
  await restart({ resources: { ...resources, jobDefinitions: copyOf({ arn: 'other' }).jobDefinitions } });
  expect(await twin.until(id, ...ended)).toMatchObject({
    status: 'FAILED',
    statusReason: expect.stringContaining('work:1 is not in the stack'),
  });
});

it('jobs that ended almost a week ago are known to a twin that is started then, and to one that stays up', async () => {
  const id = await twin.submit(['ok']);
  await twin.until(id, 'SUCCEEDED');
  const now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 7 * 86_400_000 - 60_000);
  const describe = () => twin.batch.call({ action: 'describejobs', input: { jobs: [id] }, accessKeyId: '' });
  try {
    expect(await describe()).toMatchObject({ jobs: [{ jobId: id }] });
    await restart();
    expect(await describe()).toMatchObject({ jobs: [{ jobId: id }] });
  } finally {
    clock.mockRestore();
  }
});

it('jobs that ended over a week ago are forgotten, as by Batch', async () => {
  const id = await twin.submit(['ok']);
  await twin.until(id, 'SUCCEEDED');
  const waiting = await twin.submit(['hang']);
  await twin.until(waiting, 'RUNNING');
  await twin.halt();
  const now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 8 * 86_400_000);
  const late = await startTestBatch({ folder: twin.folder }).finally(() => clock.mockRestore());
  twin = late;
  await expect(late.describe(id)).rejects.toThrow('no job');
  expect((await late.describe(waiting)).jobId).toBe(waiting);
});

it('a twin that stays up forgets too', async () => {
  const id = await twin.submit(['ok']);
  await twin.until(id, 'SUCCEEDED');
  const now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 8 * 86_400_000);
  const input = { jobName: 'b', jobQueue: 'queue', jobDefinition: 'work' };
  await twin.batch.call({ action: 'submitjob', input, accessKeyId: '' }).finally(() => clock.mockRestore());
  await expect(twin.describe(id)).rejects.toThrow('no job');
});
