import type { SentJob } from '../../jobs/pypeliner/queue/job-queue.ts';
import { doneKey, outputsPrefix } from '../../lib/contract/run/keys.ts';
import { putRecord, record, say } from './job-ends.ts';
import { file, job, lab, run } from './open-lab.ts';

/** Two jobs that are sent by a head that asks Batch every 20 s, and how often it has asked. */
async function twoSent() {
  const clock = { now: 1_000_000 };
  const made = lab({ batchMs: 20_000, now: () => clock.now });
  const jobs = made.head();
  const sent = (await jobs.submit([job('a'), job('b')])) as readonly SentJob[];
  const asked = { times: 0 };
  const says = (...children: Parameters<typeof say> extends [unknown, ...infer R] ? R : never): void => {
    say(made.batch, ...children);
    const { describe } = made.batch;
    made.batch.describe = ids => {
      asked.times++;
      return describe(ids);
    };
  };
  says({}, {});
  const ids = sent.map(({ id }) => id);
  return {
    ...made,
    clock,
    asked,
    says,
    b: ids[1]!,
    look: () => jobs.look(ids),
    result: (id: string) => jobs.result(id, file),
  };
}

it('Batch is asked every 20 s, however often a head looks', async () => {
  const { look, clock, asked } = await twoSent();
  for (const end = clock.now + 20_000; clock.now < end; clock.now += 1000) await look();
  expect(asked.times).toBe(0);
  await look();
  await look();
  expect(asked.times).toBe(1);
  clock.now += 19_999;
  await look();
  expect(asked.times).toBe(1);
});

it('Batch is asked at once where a record tells of a failure, until that has been there for 20 s', async () => {
  const { look, store, clock, asked, says, b } = await twoSent();
  await putRecord(store, record(1, {}));
  await look();
  await look();
  // Its array, and the very child.
  expect(asked.times).toBeGreaterThanOrEqual(2);
  clock.now += 20_000;
  await look();
  const { times } = asked;
  await look();
  expect(asked.times).toBe(times);
  // Another record is another failure.
  await putRecord(store, record(1, { attempt: 2 }));
  says({}, { status: 'FAILED', exitCode: 64 });
  expect(await look()).toEqual([b]);
  // What has been told is asked about no more.
  const last = asked.times;
  await look();
  expect(asked.times).toBe(last);
});

it('what has left its mark while Batch told that its attempt had failed is done, though the summary of its array is late', async () => {
  const { look, result, store, batch, clock, says, b } = await twoSent();
  clock.now += 20_000;
  await look();
  await putRecord(store, record(1, {}));
  says({}, { status: 'FAILED', exitCode: 64 });
  const { describe } = batch;
  batch.describe = async ids => {
    await store.put(doneKey(run, { round: 0, step: 'run', shard: 1 }), '{}');
    return (await describe(ids)).map(child =>
      child.arraySize === undefined ? child : { ...child, statusSummary: { RUNNING: 2 } },
    );
  };
  await store.put(`${outputsPrefix(run, b)}after`, 'x');
  expect(await look()).toEqual([b]);
  expect((await result(b)).text).toBe('is done');
});

it('Batch is asked no sooner for a record of an attempt that was interrupted', async () => {
  const { look, store, asked } = await twoSent();
  await putRecord(store, record(1, { exitCode: 75 }));
  await look();
  expect(asked.times).toBe(0);
});

it('Batch is asked again at the next look where there was no answer', async () => {
  const { look, batch, clock, says, b } = await twoSent();
  clock.now += 20_000;
  batch.describe = () => Promise.reject(new Error('no answer'));
  await expect(look()).rejects.toThrow('no answer');
  says({}, { status: 'FAILED', exitCode: 64 });
  expect(await look()).toEqual([b]);
});
