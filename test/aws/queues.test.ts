import { sdkQueues } from '../../lib/aws/queues.ts';
import type { LiveJob } from '../../lib/contract/ports/stack.ts';
import { startTestBatch, type TestBatch } from '../twin/batch/helper.ts';

let batch: TestBatch;
beforeEach(async () => {
  // Two at once, so that the rest waits.
  batch = await startTestBatch({ cpus: 2 });
});
afterEach(() => batch.stop());

const queues = () =>
  sdkQueues({
    region: 'us-east-1',
    url: batch.url,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
  });

it('lists every job that has not ended, an array as one with its children by state, and when the latest started', async () => {
  const begun = Date.now() - 1000;
  const ended = await batch.submit(['ok']);
  await batch.until(ended, 'SUCCEEDED');
  const array = await batch.submit(['hang'], {
    arrayProperties: { size: 5 },
    timeout: { attemptDurationSeconds: 7200 },
  });
  const dependent = await batch.submit(['ok'], { dependsOn: [{ jobId: array }] });
  await batch.until(`${array}:1`, 'RUNNING');
  const live = await queues().liveJobs('queue', true);
  const found = Object.fromEntries(live.map(job => [job.jobId, job]));
  expect(Object.keys(found).sort()).toEqual([array, dependent].sort());
  expect(found[array]).toMatchObject({ counts: { RUNNING: 2, RUNNABLE: 3 }, timeoutSeconds: 7200 });
  expect(found[array]!.latestStart).toBeGreaterThan(begun);
  expect(found[dependent]).toMatchObject({ counts: { PENDING: 1 }, timeoutSeconds: 3600 });
  expect(found[dependent]!.latestStart).toBeUndefined();
  const counts = (jobs: readonly LiveJob[]) => jobs.map(job => [job.jobId, job.counts]).sort();
  expect(counts(await queues().liveJobs('queue', false))).toEqual(counts(live));
});

it('ends what runs and what waits by its parent, and a queue that is not there is left out', async () => {
  const array = await batch.submit(['hang'], { arrayProperties: { size: 5 } });
  const plain = await batch.submit(['hang']);
  await batch.until(`${array}:1`, 'RUNNING');
  expect(await queues().terminate([array, plain], 'the lab is destroyed')).toEqual({});
  await batch.until(array, 'FAILED');
  await batch.until(plain, 'FAILED');
  expect(await queues().liveJobs('queue', false)).toEqual([]);
  expect(await queues().describe(['queue', 'gone'])).toMatchObject([{ name: 'queue', state: 'ENABLED' }]);
  expect(await queues().describe([])).toEqual([]);
  expect(await queues().desiredvCpus(['pool', 'gone'])).toBe(0);
});
