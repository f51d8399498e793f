import {
  BatchClient,
  CancelJobCommand,
  type ContainerOverrides,
  SubmitJobCommand,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { type JobStatus, type JobSummary, jobStatuses } from '../contract/ports/ports.ts';
import { toSummary } from './batch.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { type ContainerOverride, checkJob, type JobRequest } from './job-request.ts';
import { listJobs as listSummaries } from './read/jobs.ts';
import { explainAwsError } from './sdk-error.ts';

/** Which jobs: of a queue, children of an array, or nodes of a multi-node parallel job; in one state, or in all. */
export type JobQuery = (
  | { readonly jobQueue: string; readonly namePrefix?: string }
  | { readonly arrayJobId: string }
  | { readonly multiNodeJobId: string }
) & { readonly status?: JobStatus };

/** Batch for whoever sends single jobs, with all that SubmitJob takes. Every refusal is a LabError. */
export interface BatchOperations {
  /** Sent once, never again by itself: SubmitJob has no idempotency token. Throws LabError with every problem of the request. */
  submit(job: JobRequest): Promise<{ readonly jobId: string; readonly jobName: string }>;
  /** Ends what has not started; what runs goes on. */
  cancel(jobId: string, reason: string): Promise<void>;
  /** Ends it, whatever its state; of an array's parent, all of its children. */
  terminate(jobId: string, reason: string): Promise<void>;
  list(query: JobQuery): AsyncIterable<JobSummary>;
}

export function batchOperations(endpoint: Endpoint): BatchOperations {
  const once = new BatchClient({ ...clientConfig(endpoint), maxAttempts: 1 });
  const client = new BatchClient({ ...clientConfig(endpoint), maxAttempts: 6 });
  return {
    submit: job => {
      checkJob(job);
      return explained(async () => {
        const { jobId, jobName } = await once.send(new SubmitJobCommand(inputOf(job)));
        return { jobId: jobId!, jobName: jobName! };
      });
    },
    cancel: (jobId, reason) =>
      explained(async () => void (await client.send(new CancelJobCommand({ jobId, reason })))),
    terminate: (jobId, reason) =>
      explained(async () => void (await client.send(new TerminateJobCommand({ jobId, reason })))),
    list: query => listJobs(client, query),
  };
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainAwsError(error);
  }
}

function inputOf(job: JobRequest): ConstructorParameters<typeof SubmitJobCommand>[0] {
  return {
    jobName: job.jobName,
    jobQueue: job.jobQueue,
    jobDefinition: job.jobDefinition,
    ...(job.arraySize === undefined ? {} : { arrayProperties: { size: job.arraySize } }),
    ...(job.dependsOn ? { dependsOn: job.dependsOn.map(each => ({ ...each })) } : {}),
    ...(job.parameters ? { parameters: { ...job.parameters } } : {}),
    ...(job.container ? { containerOverrides: overridesOf(job.container) } : {}),
    ...(job.nodes
      ? {
          nodeOverrides: {
            ...(job.nodes.count === undefined ? {} : { numNodes: job.nodes.count }),
            nodePropertyOverrides: job.nodes.overrides.map(({ targetNodes, container }) => ({
              targetNodes,
              containerOverrides: overridesOf(container),
            })),
          },
        }
      : {}),
    ...(job.attempts === undefined ? {} : { retryStrategy: { attempts: job.attempts } }),
    ...(job.timeoutSeconds === undefined ? {} : { timeout: { attemptDurationSeconds: job.timeoutSeconds } }),
    ...(job.tags ? { tags: { ...job.tags }, propagateTags: true } : {}),
  };
}

/** vCPUs and memory as resource requirements: the fields of their own are of a time before them, and refused beside them. */
function overridesOf({
  vcpus,
  memoryMiB,
  command,
  environment,
  instanceType,
}: ContainerOverride): ContainerOverrides {
  const requirements = [
    ...(vcpus === undefined ? [] : [{ type: 'VCPU' as const, value: String(vcpus) }]),
    ...(memoryMiB === undefined ? [] : [{ type: 'MEMORY' as const, value: String(memoryMiB) }]),
  ];
  return {
    ...(requirements.length > 0 ? { resourceRequirements: requirements } : {}),
    ...(command ? { command: [...command] } : {}),
    ...(environment
      ? { environment: Object.entries(environment).map(([name, value]) => ({ name, value })) }
      : {}),
    ...(instanceType === undefined ? {} : { instanceType }),
  };
}

/** ListJobs answers one state a call, and RUNNING where none is asked for; by name it answers all. */
async function* listJobs(client: BatchClient, query: JobQuery): AsyncIterable<JobSummary> {
  const { status, ...where } = query;
  const namePrefix = 'namePrefix' in where ? where.namePrefix : undefined;
  const byName = namePrefix !== undefined && status === undefined;
  for (const state of byName ? [undefined] : status ? [status] : jobStatuses)
    for await (const job of pages(client, where, state, byName ? namePrefix : undefined))
      if (namePrefix === undefined || job.jobName.startsWith(namePrefix)) yield job;
}

async function* pages(
  client: BatchClient,
  where: Omit<JobQuery, 'status'> & { readonly namePrefix?: string },
  jobStatus: JobStatus | undefined,
  namePrefix: string | undefined,
): AsyncIterable<JobSummary> {
  const { namePrefix: _, ...at } = where;
  const query = {
    ...at,
    ...(jobStatus ? { jobStatus } : {}),
    ...(namePrefix === undefined ? {} : { filters: [{ name: 'JOB_NAME', values: [`${namePrefix}*`] }] }),
  };
  try {
    for await (const job of listSummaries(client, query)) yield toSummary(job);
  } catch (error) {
    throw explainAwsError(error);
  }
}
