import {
  BatchClient,
  CancelJobCommand,
  CreateConsumableResourceCommand,
  DeleteConsumableResourceCommand,
  type JobDetail as SdkJob,
  type JobSummary as SdkSummary,
  SubmitJobCommand,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { retryRules } from '../contract/hosts/retry-rules.ts';
import type { BatchPort, JobDetail, JobStatus, JobSubmission, JobSummary } from '../contract/ports/ports.ts';
import { untilTaken } from './again.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { jobDetails, listJobs } from './read/jobs.ts';
import { errorName, statusOf } from './sdk-error.ts';

/** Batch over the SDK. SubmitJob goes through a client of its own that never sends a request twice. */
export function sdkBatch(endpoint: Endpoint): BatchPort {
  const client = new BatchClient({ ...clientConfig(endpoint), maxAttempts: 8, retryMode: 'adaptive' });
  const once = new BatchClient({ ...clientConfig(endpoint), maxAttempts: 1 });
  return {
    // Turned away by the rate limit, a job was certainly not taken; after any other failure it may have been.
    submit: job =>
      untilTaken(
        () => submitJob(once, job),
        error => statusOf(error) === 429,
      ),
    findByName: (queue, name) => findByName(client, queue, name),
    describe: async ids => (await jobDetails(client, ids)).map(toDetail),
    children: (arrayJobId, jobStatus) => listChildren(client, arrayJobId, jobStatus),
    terminate: async (jobId, reason) => void (await client.send(new TerminateJobCommand({ jobId, reason }))),
    cancel: async (jobId, reason) => void (await client.send(new CancelJobCommand({ jobId, reason }))),
    createConsumableResource: (name, total) => createResource(client, name, total),
    deleteConsumableResource: async name =>
      void (await client.send(new DeleteConsumableResourceCommand({ consumableResource: name }))),
  };
}

async function submitJob(client: BatchClient, job: JobSubmission): Promise<{ jobId: string }> {
  const requirements = [
    ...(job.vcpus === undefined ? [] : [{ type: 'VCPU' as const, value: String(job.vcpus) }]),
    ...(job.memoryMiB === undefined ? [] : [{ type: 'MEMORY' as const, value: String(job.memoryMiB) }]),
  ];
  const overrides = {
    environment: Object.entries(job.environment).map(([name, value]) => ({ name, value })),
    ...(requirements.length > 0 ? { resourceRequirements: requirements } : {}),
  };
  const answer = await client.send(
    new SubmitJobCommand({
      jobName: job.jobName,
      jobQueue: job.jobQueue,
      jobDefinition: job.jobDefinition,
      dependsOn: job.dependsOn.map(each => ({ ...each })),
      ...(job.arraySize === undefined ? {} : { arrayProperties: { size: job.arraySize } }),
      ...(job.nodes === undefined
        ? { containerOverrides: overrides }
        : {
            nodeOverrides: {
              numNodes: job.nodes,
              // The definition's one range, by its own words.
              nodePropertyOverrides: [{ targetNodes: '0:', containerOverrides: overrides }],
            },
          }),
      ...(job.timeoutSeconds === undefined
        ? {}
        : { timeout: { attemptDurationSeconds: job.timeoutSeconds } }),
      ...(job.attempts === undefined
        ? {}
        : { retryStrategy: { attempts: job.attempts, evaluateOnExit: [...retryRules] } }),
      ...(job.consumableResource
        ? {
            consumableResourcePropertiesOverride: {
              consumableResourceList: [{ consumableResource: job.consumableResource, quantity: 1 }],
            },
          }
        : {}),
      ...(job.parameters ? { parameters: job.parameters } : {}),
      ...(job.tags ? { tags: job.tags, propagateTags: true } : {}),
    }),
  );
  return { jobId: answer.jobId! };
}

async function findByName(client: BatchClient, jobQueue: string, name: string): Promise<JobSummary[]> {
  const found: JobSummary[] = [];
  const filters = [{ name: 'JOB_NAME', values: [name] }];
  for await (const job of listJobs(client, { jobQueue, filters })) found.push(toSummary(job));
  // JOB_NAME filters ignore case.
  return found.filter(job => job.jobName === name).sort((a, b) => b.createdAt - a.createdAt);
}

async function* listChildren(
  client: BatchClient,
  arrayJobId: string,
  jobStatus: JobStatus,
): AsyncIterable<JobSummary> {
  for await (const job of listJobs(client, { arrayJobId, jobStatus })) yield toSummary(job);
}

async function createResource(
  client: BatchClient,
  consumableResourceName: string,
  totalQuantity: number,
): Promise<void> {
  try {
    await client.send(
      new CreateConsumableResourceCommand({
        consumableResourceName,
        totalQuantity,
        resourceType: 'REPLENISHABLE',
      }),
    );
  } catch (error) {
    // Made by an interrupted submission of the same round: the name carries run and round.
    if (errorName(error) !== 'ClientException' || !/exist/i.test((error as Error).message)) throw error;
  }
}

/** What ListJobs says of a job, and DescribeJobs too. */
export function toSummary(job: SdkSummary): JobSummary {
  return {
    jobId: job.jobId!,
    jobName: job.jobName!,
    status: job.status!,
    createdAt: job.createdAt ?? 0,
    ...(job.statusReason ? { statusReason: job.statusReason } : {}),
    ...(job.arrayProperties?.index === undefined ? {} : { arrayIndex: job.arrayProperties.index }),
  };
}

/** What DescribeJobs says of a job, and what an event of its state change does. */
export function toDetail(job: SdkJob): JobDetail {
  // A multi-node parallel job has no container of its own; its attempts are the main node's.
  const ended = job.container ?? job.attempts?.at(-1)?.container;
  return {
    ...toSummary(job as SdkSummary),
    ...(job.arrayProperties?.index === undefined ? {} : { arrayIndex: job.arrayProperties.index }),
    ...(job.arrayProperties?.size === undefined ? {} : { arraySize: job.arrayProperties.size }),
    ...(job.arrayProperties?.statusSummary ? { statusSummary: job.arrayProperties.statusSummary } : {}),
    startedAt: job.startedAt,
    stoppedAt: job.stoppedAt,
    exitCode: ended?.exitCode,
    reason: ended?.reason,
    logStream: ended?.logStreamName,
    attempts: (job.attempts ?? []).map(attempt => ({
      exitCode: attempt.container?.exitCode,
      reason: attempt.container?.reason,
      statusReason: attempt.statusReason,
      logStream: attempt.container?.logStreamName,
      startedAt: attempt.startedAt,
      stoppedAt: attempt.stoppedAt,
    })),
  };
}
