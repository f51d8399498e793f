import {
  BatchClient,
  type ComputeEnvironmentDetail,
  type JobDetail,
  type JobStatus,
  type JobSummary,
  paginateDescribeJobDefinitions,
} from '@aws-sdk/client-batch';
import type { Account, EnvironmentState, JobState, WaitingJob } from '../../contract/ports/account.ts';
import type { Endpoint } from '../endpoint.ts';
import { environmentDetails } from '../read/environments.ts';
import { jobDetails, listJobs } from '../read/jobs.ts';
import { queueDetails, readQueues } from '../read/queues.ts';
import { readingConfig } from './reading.ts';

type BatchPart = Pick<Account, 'queues' | 'environments' | 'queueCount' | 'images' | 'waiting' | 'job'>;

/** Queues, environments, job definitions and the jobs that wait. */
export function batchState(endpoint: Endpoint): BatchPart {
  const client = new BatchClient({ ...readingConfig(endpoint), maxAttempts: 6 });
  return {
    queues: names => readQueues(client, names),
    environments: async names => (await environmentDetails(client, names)).map(toEnvironment),
    queueCount: async () => (await queueDetails(client)).length,
    async images(names) {
      const found = await Promise.all(names.map(name => newestImage(client, name)));
      return Object.fromEntries(names.flatMap((name, i) => (found[i] ? [[name, found[i]]] : [])));
    },
    waiting: (queue, limit) => waiting(client, queue, limit),
    async job(jobId) {
      const [found] = await jobDetails(client, [jobId]);
      if (!found) return undefined;
      const children = found.arrayProperties?.statusSummary?.RUNNABLE ?? 0;
      const reason = children > 0 ? await childReason(client, jobId) : found.statusReason;
      return { ...toWaiting(found, reason), queue: found.jobQueue!, status: found.status! } as JobState;
    },
  };
}

function toEnvironment(each: ComputeEnvironmentDetail): EnvironmentState {
  const resources = each.computeResources;
  const template = resources?.launchTemplate;
  const templateId = template?.launchTemplateId ?? template?.launchTemplateName;
  return {
    name: each.computeEnvironmentName!,
    arn: each.computeEnvironmentArn!,
    state: each.state ?? 'ENABLED',
    status: each.status ?? 'VALID',
    ...(each.statusReason ? { statusReason: each.statusReason } : {}),
    ...(each.ecsClusterArn ? { cluster: each.ecsClusterArn } : {}),
    spot: resources?.type === 'SPOT',
    instanceTypes: resources?.instanceTypes ?? [],
    maxvCpus: resources?.maxvCpus ?? 0,
    desiredvCpus: resources?.desiredvCpus ?? 0,
    ...(templateId ? { launchTemplate: { id: templateId, version: template?.version || '$Default' } } : {}),
  };
}

async function newestImage(client: BatchClient, name: string): Promise<string | undefined> {
  let newest: { revision: number; image: string | undefined } | undefined;
  const pages = paginateDescribeJobDefinitions({ client }, { jobDefinitionName: name, status: 'ACTIVE' });
  for await (const page of pages)
    for (const each of page.jobDefinitions ?? [])
      if (!newest || each.revision! > newest.revision)
        newest = { revision: each.revision!, image: each.containerProperties?.image };
  return newest?.image;
}

/** RUNNABLE jobs; and arrays, whose parent is PENDING while children of it are RUNNABLE. */
async function waiting(client: BatchClient, queue: string, limit: number): Promise<readonly WaitingJob[]> {
  const [runnable, pending] = await Promise.all([
    list(client, queue, 'RUNNABLE', limit),
    list(client, queue, 'PENDING', limit),
  ]);
  const parents = pending.filter(job => job.arrayProperties?.size !== undefined);
  const details = await jobDetails(
    client,
    [...runnable, ...parents].map(job => job.jobId!),
  );
  const found = await Promise.all(
    details.map(async detail => {
      const children = detail.arrayProperties?.statusSummary?.RUNNABLE ?? 0;
      if (detail.status === 'PENDING' && children === 0) return [];
      const reason = children > 0 ? await childReason(client, detail.jobId!) : detail.statusReason;
      return [toWaiting(detail, reason)];
    }),
  );
  return found
    .flat()
    .sort((a, b) => a.createdAt - b.createdAt)
    .slice(0, limit);
}

async function list(
  client: BatchClient,
  jobQueue: string,
  jobStatus: JobStatus,
  limit: number,
): Promise<readonly JobSummary[]> {
  const found: JobSummary[] = [];
  for await (const job of listJobs(client, { jobQueue, jobStatus })) if (found.push(job) >= limit) break;
  return found;
}

/** Batch gives the reason to the job at the head of the queue alone: one child of many. */
async function childReason(client: BatchClient, arrayJobId: string): Promise<string | undefined> {
  let looked = 0;
  for await (const { statusReason } of listJobs(client, { arrayJobId, jobStatus: 'RUNNABLE' })) {
    if (statusReason) return statusReason;
    // One page's worth: who is at the head is among the first.
    if (++looked === 1000) break;
  }
  return undefined;
}

function toWaiting(detail: JobDetail, statusReason: string | undefined): WaitingJob {
  const children = detail.arrayProperties?.statusSummary?.RUNNABLE;
  const needs = detail.container?.resourceRequirements ?? [];
  const amount = (type: string, legacy: number | undefined): number | undefined => {
    const value = needs.find(each => each.type === type)?.value;
    return value === undefined ? legacy : Number(value);
  };
  const vcpus = amount('VCPU', detail.container?.vcpus);
  const memoryMiB = amount('MEMORY', detail.container?.memory);
  return {
    jobId: detail.jobId!,
    jobName: detail.jobName!,
    createdAt: detail.createdAt ?? 0,
    ...(children === undefined ? {} : { children }),
    ...(vcpus === undefined ? {} : { vcpus }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(statusReason ? { statusReason } : {}),
  };
}
