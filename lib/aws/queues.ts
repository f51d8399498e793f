import {
  BatchClient,
  type BatchClientConfig,
  type JobDetail,
  type JobStatus,
  type JobSummary,
  TerminateJobCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import { isTerminal, jobStatuses } from '../contract/ports/ports.ts';
import type { LiveJob, Queues } from '../contract/ports/stack.ts';
import { untilTaken } from './again.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { environmentDetails } from './read/environments.ts';
import { jobDetails, listJobs } from './read/jobs.ts';
import { readQueues } from './read/queues.ts';
import { errorName } from './sdk-error.ts';

/** A lab's queues over the SDK. */
export function sdkQueues(endpoint: Endpoint): Queues {
  const config: BatchClientConfig = { ...clientConfig(endpoint), maxAttempts: 8, retryMode: 'adaptive' };
  const client = new BatchClient(config);
  return {
    describe: names => readQueues(client, names),
    liveJobs: (queue, withTimes) => liveJobs(client, queue, withTimes),
    setState: (jobQueue, state) =>
      // A queue that is being updated refuses a second update until the first is through.
      untilTaken(
        async () => void (await client.send(new UpdateJobQueueCommand({ jobQueue, state }))),
        error => errorName(error) === 'ClientException' && /being (modified|updated)/i.test(String(error)),
      ),
    terminate: (jobIds, reason) => terminate(client, jobIds, reason),
    async desiredvCpus(environments) {
      const found = await environmentDetails(client, environments);
      return found.reduce((sum, each) => sum + (each.computeResources?.desiredvCpus ?? 0), 0);
    },
  };
}

const live = jobStatuses.filter(status => !isTerminal(status));

/** ListJobs of a queue answers no children: an array is its parent, which is PENDING while they run. */
async function liveJobs(client: BatchClient, jobQueue: string, withTimes: boolean): Promise<LiveJob[]> {
  const summaries = new Map<string, JobSummary>();
  // From the last state to the first, so that a job that moves on meanwhile is seen; twice seen is once kept.
  for (const jobStatus of [...live].reverse())
    for await (const each of listJobs(client, { jobQueue, jobStatus })) summaries.set(each.jobId!, each);
  // Of a plain job its summary says enough where nobody asks for times: there may be a million.
  const wanted = [...summaries.values()].filter(each => withTimes || each.arrayProperties?.size);
  const jobs = [...summaries.values()]
    .filter(each => !withTimes && !each.arrayProperties?.size)
    .map(plainJob);
  const ids = wanted.map(each => each.jobId!);
  for (const job of await jobDetails(client, ids))
    if (!isTerminal(job.status!)) jobs.push(await describedJob(client, job, withTimes));
  return jobs;
}

const plainJob = ({ jobId, jobName, status }: JobSummary): LiveJob => ({
  jobId: jobId!,
  jobName: jobName!,
  status: status!,
  counts: { [status!]: 1 },
});

async function describedJob(client: BatchClient, job: JobDetail, withTimes: boolean): Promise<LiveJob> {
  const summary = job.arrayProperties?.statusSummary ?? {};
  const children = live.flatMap(status => (summary[status] ? [[status, summary[status]] as const] : []));
  const plain = plainJob(job as JobSummary);
  const size = job.arrayProperties?.size;
  // Before an array has children, and while its summary lags, the whole of it waits.
  const counts = children.length > 0 ? Object.fromEntries(children) : { [job.status!]: size ?? 1 };
  if (!withTimes) return { ...plain, counts };
  const latestStart = size ? await latestChild(client, job) : startOf(job.status!, job.startedAt);
  const timeoutSeconds = job.timeout?.attemptDurationSeconds;
  return {
    ...plain,
    counts,
    ...(timeoutSeconds ? { timeoutSeconds } : {}),
    ...(latestStart === undefined ? {} : { latestStart }),
  };
}

async function latestChild(client: BatchClient, job: JobDetail): Promise<number | undefined> {
  let latest: number | undefined;
  for (const jobStatus of ['RUNNING', 'STARTING'] as const)
    for await (const child of listJobs(client, { arrayJobId: job.jobId!, jobStatus }))
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
