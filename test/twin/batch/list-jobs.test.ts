import { ListJobsCommand, type ListJobsCommandInput } from '@aws-sdk/client-batch';
import { ended, startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
beforeEach(async () => {
  twin = await startTestBatch();
});
afterEach(() => twin.stop());

const list = (input: ListJobsCommandInput) => twin.client.send(new ListJobsCommand(input));

it('ListJobs answers RUNNING jobs where no status is asked for', async () => {
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
  const created = (await twin.describe(ids[1]!)).createdAt!;
  const byTime = async (name: string, at: number) =>
    (await list({ jobQueue: 'queue', filters: [{ name, values: [String(at)] }] })).jobSummaryList!.map(
      job => job.jobId,
    );
  expect(await byTime('AFTER_CREATED_AT', created + 60_000)).toEqual([]);
  expect(await byTime('BEFORE_CREATED_AT', created - 60_000)).toEqual([]);
  expect((await byTime('AFTER_CREATED_AT', created - 60_000)).sort()).toEqual(ids.toSorted());
  expect((await byTime('BEFORE_CREATED_AT', created + 60_000)).sort()).toEqual(ids.toSorted());
  expect(await byTime('AFTER_CREATED_AT', created)).not.toContain(ids[1]);
  expect(await byTime('BEFORE_CREATED_AT', created)).not.toContain(ids[1]);
  await expect(byTime('BEFORE_CREATED_AT', Number.NaN)).rejects.toThrow(/number of milliseconds/);
});

it('pages through the children of an array, one status at a time, filters or not', async () => {
  const id = await twin.submit(['odd'], { arrayProperties: { size: 2500 } });
  await twin.until(id, ...ended);
  const indexes: number[] = [];
  let nextToken: string | undefined;
  const pages: number[] = [];
  do {
    const page = await list({
      arrayJobId: id,
      jobStatus: 'SUCCEEDED',
      nextToken,
      filters: [{ name: 'JOB_NAME', values: ['nothing'] }],
    });
    indexes.push(...(page.jobSummaryList ?? []).map(job => job.arrayProperties?.index ?? -1));
    nextToken = page.nextToken;
    pages.push(page.jobSummaryList!.length);
  } while (nextToken);
  expect(indexes).toEqual(Array.from({ length: 1250 }, (_, each) => each * 2));
  expect(pages).toEqual([1000, 250]);
  expect((await list({ arrayJobId: id })).jobSummaryList).toEqual([]);
});

it('JOB_DEFINITION is case sensitive, takes names of any revision, prefixes and exact ARNs', async () => {
  const id = await twin.submit(['ok']);
  await twin.until(id, 'SUCCEEDED');
  const found = async (value: string): Promise<number> =>
    (await list({ jobQueue: 'queue', filters: [{ name: 'JOB_DEFINITION', values: [value] }] }))
      .jobSummaryList!.length;
  const arn = 'arn:aws:batch:us-east-1:000000000000:job-definition/work';
  expect(await Promise.all(['work', 'wo*', `${arn}:1`].map(found))).toEqual([1, 1, 1]);
  expect(await Promise.all(['Work', 'wor', `${arn}:2`, `${arn}*`].map(found))).toEqual([0, 0, 0, 0]);
});

it('gives at most 100 jobs a page with a filter, newest first, and maxResults where it is less', async () => {
  const ids: string[] = [];
  for (let each = 0; each < 103; each++) ids.push(await twin.submit(['hang'], { jobName: `n${each}` }));
  const filters = [{ name: 'JOB_NAME', values: ['n*'] }];
  const first = await list({ jobQueue: 'queue', filters, maxResults: 1000 });
  expect(first.jobSummaryList).toHaveLength(100);
  const rest = await list({ jobQueue: 'queue', filters, nextToken: first.nextToken });
  expect(rest.jobSummaryList).toHaveLength(3);
  expect(rest.nextToken).toBeUndefined();
  const all = [...first.jobSummaryList!, ...rest.jobSummaryList!];
  expect(new Set(all.map(job => job.jobId))).toEqual(new Set(ids));
  const times = all.map(job => job.createdAt!);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect((await list({ jobQueue: 'queue', filters, maxResults: 2 })).jobSummaryList).toHaveLength(2);
  await expect(list({ jobQueue: 'queue', maxResults: 0 })).rejects.toThrow(/at least 1/);
  await expect(list({ jobQueue: 'queue', nextToken: 'nonsense' })).rejects.toThrow(/nextToken/);
});

it('leaves out nothing where jobs go to another status between two pages', async () => {
  const ids: string[] = [];
  for (let each = 0; each < 4; each++) ids.push(await twin.submit(['hang']));
  for (const id of ids) await twin.until(id, 'RUNNING');
  const first = await list({ jobQueue: 'queue', maxResults: 2 });
  for (const { jobId } of first.jobSummaryList!) {
    twin.finish(jobId!);
    await twin.until(jobId!, 'SUCCEEDED');
  }
  const rest = await list({ jobQueue: 'queue', maxResults: 2, nextToken: first.nextToken });
  const seen = [...first.jobSummaryList!, ...rest.jobSummaryList!].map(job => job.jobId);
  expect(new Set(seen)).toEqual(new Set(ids));
  expect(rest.nextToken).toBeUndefined();
});

it('says of an array parent how many children are where', async () => {
  const id = await twin.submit(['hang'], { arrayProperties: { size: 3 } });
  await twin.until(`${id}:2`, 'RUNNING');
  expect((await list({ jobQueue: 'queue', jobStatus: 'PENDING' })).jobSummaryList).toMatchObject([
    { jobId: id, arrayProperties: { size: 3, statusSummary: { RUNNING: 3 } } },
  ]);
  expect((await list({ jobQueue: 'queue', jobStatus: 'RUNNING' })).jobSummaryList).toEqual([]);
});

it('refuses two filters, no target and two targets', async () => {
  const filter = { name: 'JOB_NAME', values: ['a'] };
  await expect(list({ jobQueue: 'queue', filters: [filter, filter] })).rejects.toThrow(/one filter/);
  await expect(list({})).rejects.toThrow(/needed/);
  await expect(list({ jobQueue: 'queue', arrayJobId: 'x' })).rejects.toThrow(/Only one/);
});
