import {
  type BatchClient,
  DescribeJobsCommand,
  type JobDetail,
  type JobSummary,
  ListJobsCommand,
  type ListJobsCommandInput,
} from '@aws-sdk/client-batch';

/** Ids that one DescribeJobs takes. */
const atOnce = 100;

/** Jobs by their ids; those that Batch has forgotten are left out. */
export async function jobDetails(client: BatchClient, ids: readonly string[]): Promise<JobDetail[]> {
  const found: JobDetail[] = [];
  for (let start = 0; start < ids.length; start += atOnce) {
    const answer = await client.send(new DescribeJobsCommand({ jobs: ids.slice(start, start + atOnce) }));
    found.push(...(answer.jobs ?? []));
  }
  return found;
}

/** ListJobs, page after page, as they are asked for: of one state, RUNNING where none is said, and of all with a filter. */
export async function* listJobs(
  client: BatchClient,
  query: Omit<ListJobsCommandInput, 'maxResults' | 'nextToken'>,
): AsyncIterable<JobSummary> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListJobsCommand({ ...query, maxResults: 1000, nextToken }));
    yield* page.jobSummaryList ?? [];
    nextToken = page.nextToken;
  } while (nextToken);
}
