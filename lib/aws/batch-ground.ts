import {
  type BatchClient,
  type ComputeEnvironmentDetail,
  type JobQueueDetail,
  paginateDescribeComputeEnvironments,
  paginateDescribeJobQueues,
} from '@aws-sdk/client-batch';
import type { QueueState } from '../contract/ports/queue-state.ts';

/** Queues by name or ARN, those that are not there left out; without names all of the region. */
export async function describeQueues(
  client: BatchClient,
  names?: readonly string[],
): Promise<readonly QueueState[]> {
  if (names?.length === 0) return [];
  const found: JobQueueDetail[] = [];
  for await (const page of paginateDescribeJobQueues({ client }, names ? { jobQueues: [...names] } : {}))
    found.push(...(page.jobQueues ?? []));
  return found.map(each => ({
    name: each.jobQueueName!,
    arn: each.jobQueueArn!,
    state: each.state!,
    status: each.status ?? 'VALID',
    ...(each.statusReason ? { statusReason: each.statusReason } : {}),
    environments: [...(each.computeEnvironmentOrder ?? [])]
      .sort((a, b) => a.order! - b.order!)
      .map(order => order.computeEnvironment!),
  }));
}

/** Compute environments by name or ARN, those that are not there left out; without names all of the region. */
export async function describeEnvironments(
  client: BatchClient,
  names?: readonly string[],
): Promise<readonly ComputeEnvironmentDetail[]> {
  if (names?.length === 0) return [];
  const found: ComputeEnvironmentDetail[] = [];
  const which = names ? { computeEnvironments: [...names] } : {};
  for await (const page of paginateDescribeComputeEnvironments({ client }, which))
    found.push(...(page.computeEnvironments ?? []));
  return found;
}
