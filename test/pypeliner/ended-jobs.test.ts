import { readFileSync } from 'node:fs';
import type { SentJob } from '../../jobs/pypeliner/queue/job-queue.ts';
import { doneKey, outputsPrefix } from '../../lib/contract/run/keys.ts';
import { putRecord, record, say } from './job-ends.ts';
import { file, job, lab, large, run } from './open-lab.ts';

it('those that are done are learnt by two listings, whatever Batch would say, and their results fetched', async () => {
  const { head, batch, store, calls } = lab();
  const jobs = head();
  const [a, b] = (await jobs.submit([job('a'), job('b', large)])) as readonly SentJob[];
  expect(await jobs.look([a!.id, b!.id])).toEqual([]);
  await batch.runAll(store, () => true);
  await store.put(`${outputsPrefix(run, b!.id)}after`, 'the pickle');
  calls.length = 0;
  expect(new Set(await jobs.look([a!.id, b!.id]))).toEqual(new Set([a!.id, b!.id]));
  expect(calls.map(call => call.split(' ')[0])).toEqual(['list', 'list']);
  expect(await jobs.result(b!.id, file)).toEqual({ hasResult: true, text: 'is done' });
  expect(readFileSync(file, 'utf8')).toBe('the pickle');
});

it('one that has failed tells its exit code, reason, host and the end of its log, and leaves its pickle', async () => {
  const { head, store, batch } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  const at = outputsPrefix(run, b!.id);
  await store.put(`${at}after`, 'the pickle');
  await store.put(`${at}log`, 'Traceback');
  const outputs = [
    { key: `${at}after`, bytes: 10 },
    { key: `${at}log`, bytes: 9 },
  ];
  const reason = 'the job’s function failed';
  await putRecord(
    store,
    record(1, { items: [{ name: b!.id, state: 'failed', exitCode: 64, reason, outputs }] }),
  );
  // Its host may be lost behind the record, and Batch try it again.
  say(batch, {}, {});
  expect(await jobs.look([b!.id])).toEqual([]);
  say(batch, {}, { status: 'FAILED', exitCode: 64, statusReason: 'Essential container in task exited' });
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  expect(await jobs.result(b!.id, file)).toEqual({
    hasResult: true,
    host: 'i-0abc m7i.large',
    text: `failed: exit code 64, ${reason}, on i-0abc m7i.large, job job-0:1\nTraceback`,
  });
});

it('one that was interrupted is waited for: Batch tries it again', async () => {
  const { head, store, batch } = lab();
  const jobs = head();
  const [a] = (await jobs.submit([job('a')])) as readonly SentJob[];
  await putRecord(store, record(0, { jobId: 'job-0', exitCode: 75 }));
  expect(await jobs.look([a!.id])).toEqual([]);
  await batch.runAll(store, () => true);
  expect(await jobs.look([a!.id])).toEqual([a!.id]);
});

it('one that was killed without a word is told by Batch', async () => {
  const { head, batch } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  say(
    batch,
    {},
    {
      status: 'FAILED',
      statusReason: 'Task failed to start',
      exitCode: 137,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
      logStream: 'stream-1',
    },
  );
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  const { text } = await jobs.result(b!.id, file);
  expect(text).toContain('exit code 137, OutOfMemoryError: Container killed due to memory usage');
  expect(text).toContain('Task failed to start');
  expect(text).toContain('the end of stream-1');
});

it('a look that breaks off half-way tells no half of an end', async () => {
  const { head, batch } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  say(batch, {}, { status: 'FAILED', exitCode: 137, reason: 'OutOfMemoryError' });
  const describe = batch.describe;
  let isCut = true;
  batch.describe = async ids => {
    // That it has failed is listed by then, and why is not known.
    if (isCut && !ids.includes('job-0')) throw new Error('no answer');
    return describe(ids);
  };
  await expect(jobs.look([b!.id])).rejects.toThrow('no answer');
  await expect(jobs.look([b!.id])).rejects.toThrow('no answer');
  isCut = false;
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  expect((await jobs.result(b!.id, file)).text).toContain('exit code 137, OutOfMemoryError');
});

it('one that ends while it is looked at is done, never failed', async () => {
  const { head, batch, store } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  say(batch, {}, { status: 'FAILED', statusReason: 'Host EC2 (instance i-0abc) terminated.' });
  const describe = batch.describe;
  batch.describe = async ids => {
    await store.put(doneKey(run, { round: 0, step: 'run', shard: 1 }), '{}');
    return describe(ids);
  };
  await store.put(`${outputsPrefix(run, b!.id)}after`, 'x');
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  expect(await jobs.result(b!.id, file)).toEqual({ hasResult: true, text: 'is done' });
});

it('one that failed at its second attempt is told by that one, whatever became of the first', async () => {
  const { head, store, batch } = lab();
  const jobs = head();
  const [, b] = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  const host = (instanceId: string) => ({ instanceId, instanceType: 'm7i.large', hostname: 'h' });
  await putRecord(
    store,
    record(1, { exitCode: 75, endedAt: '2026-11-29T08:00:00Z', host: host('i-0first') }),
  );
  await putRecord(store, record(1, { attempt: 2, endedAt: '2026-11-29T09:00:00Z', host: host('i-0second') }));
  say(batch, {}, { status: 'FAILED', exitCode: 64, statusReason: 'Essential container in task exited' });
  expect(await jobs.look([b!.id])).toEqual([b!.id]);
  expect((await jobs.result(b!.id, file)).host).toBe('i-0second m7i.large');
});
