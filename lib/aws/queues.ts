import {
  BatchClient,
  type BatchClientConfig,
  DescribeJobsCommand,
  type JobDetail,
  type JobStatus,
  paginateDescribeComputeEnvironments,
  paginateDescribeJobQueues,
  paginateListJobs,
  TerminateJobCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import type { LiveJob, Queues } from '../spec/lifecycle.ts';
import { isTerminal, jobStatuses } from '../spec/ports.ts';
import { untilTaken } from './again.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { errorName } from './sdk-error.ts';

/** A lab's queues over the SDK. */
export function sdkQueues(endpoint: Endpoint): Queues {
  const config: BatchClientConfig = { ...clientConfig(endpoint), maxAttempts: 8, retryMode: 'adaptive' };
  const client = new BatchClient(config);
  return {
    async describe(names) {
      if (names.length === 0) return [];
      const found = [];
      for await (const page of paginateDescribeJobQueues({ client }, { jobQueues: [...names] }))
        for (const each of page.jobQueues ?? [])
          found.push({
            name: each.jobQueueName!,
            arn: each.jobQueueArn!,
            state: each.state!,
            status: each.status ?? '',
            environments: (each.computeEnvironmentOrder ?? []).map(order => order.computeEnvironment!),
          });
      return found;
    },
    liveJobs: queue => liveJobs(client, queue),
    setState: (jobQueue, state) =>
      // A queue that is being updated refuses a second update until the first is through.
      untilTaken(
        async () => void (await client.send(new UpdateJobQueueCommand({ jobQueue, state }))),
        error => errorName(error) === 'ClientException' && /being (modified|updated)/i.test(String(error)),
      ),
    terminate: (jobIds, reason) => terminate(client, jobIds, reason),
    async desiredvCpus(environments) {
      if (environments.length === 0) return 0;
      let sum = 0;
      for await (const page of paginateDescribeComputeEnvironments(
        { client },
        { computeEnvironments: [...environments] },
      ))
        for (const each of page.computeEnvironments ?? []) sum += each.computeResources?.desiredvCpus ?? 0;
      return sum;
    },
  };
}

const live = jobStatuses.filter(status => !isTerminal(status));

/** ListJobs of a queue answers no children: an array is its parent, which is PENDING while they run. */
async function liveJobs(client: BatchClient, jobQueue: string): Promise<LiveJob[]> {
  const ids = new Set<string>();
  // From the last state to the first, so that a job that moves on meanwhile is seen; twice seen is once kept.
  for (const jobStatus of [...live].reverse())
    for await (const page of paginateListJobs({ client }, { jobQueue, jobStatus }))
      for (const each of page.jobSummaryList ?? []) ids.add(each.jobId!);
  const jobs: LiveJob[] = [];
  const all = [...ids];
  for (let start = 0; start < all.length; start += 100) {
    const answer = await client.send(new DescribeJobsCommand({ jobs: all.slice(start, start + 100) }));
    for (const job of answer.jobs ?? []) if (!isTerminal(job.status!)) jobs.push(await liveJob(client, job));
  }
  return jobs;
}

async function liveJob(client: BatchClient, job: JobDetail): Promise<LiveJob> {
  const summary = job.arrayProperties?.statusSummary ?? {};
  const children = live.flatMap(status => (summary[status] ? [[status, summary[status]] as const] : []));
  const latestStart = job.arrayProperties?.size
    ? await latestChild(client, job)
    : startOf(job.status!, job.startedAt);
  return {
    jobId: job.jobId!,
    jobName: job.jobName!,
    status: job.status!,
    // Before an array has children, and while its summary lags, the whole of it waits.
    counts:
      children.length > 0 ? Object.fromEntries(children) : { [job.status!]: job.arrayProperties?.size ?? 1 },
    ...(job.timeout?.attemptDurationSeconds ? { timeoutSeconds: job.timeout.attemptDurationSeconds } : {}),
    ...(latestStart === undefined ? {} : { latestStart }),
  };
}

async function latestChild(client: BatchClient, job: JobDetail): Promise<number | undefined> {
  let latest: number | undefined;
  for (const jobStatus of ['RUNNING', 'STARTING'] as const)
    for await (const page of paginateListJobs({ client }, { arrayJobId: job.jobId!, jobStatus }))
      for (const child of page.jobSummaryList ?? [])
        latest = Math.max(latest ?? 0, startOf(jobStatus, child.startedAt) ?? 0);
  return latest;
}

/** What is starting starts now. */
const startOf = (status: JobStatus, startedAt: number | undefined): number | undefined =>
  status === 'STARTING' ? Date.now() : status === 'RUNNING' ? startedAt || Date.now() : undefined;

/** TerminateJob ends children with their parent, and cancels what has not started. Ten calls at once. */
async function terminate(
  client: BatchClient,
  jobIds: readonly string[],
  reason: string,
): Promise<Record<string, string>> {
  const refused: Record<string, string> = {};
  for (let start = 0; start < jobIds.length; start += 10) {
    await Promise.all(
      jobIds.slice(start, start + 10).map(async jobId => {
        try {
          await client.send(new TerminateJobCommand({ jobId, reason }));
        } catch (error) {
          refused[jobId] = (error as Error).message;
        }
      }),
    );
  }
  return refused;
}
