import { type BatchClient, type JobQueueDetail, paginateDescribeJobQueues } from '@aws-sdk/client-batch';
import type { QueueState } from '../../contract/ports/queue-state.ts';

/** Queues by name or ARN, those that are not there left out; without names all of the region. */
export async function readQueues(
  client: BatchClient,
  names?: readonly string[],
): Promise<readonly QueueState[]> {
  return (await queueDetails(client, names)).map(each => ({
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

/** The same, with all that Batch says of them. */
export async function queueDetails(
  client: BatchClient,
  names?: readonly string[],
): Promise<readonly JobQueueDetail[]> {
  if (names?.length === 0) return [];
  const found: JobQueueDetail[] = [];
  for await (const page of paginateDescribeJobQueues({ client }, names ? { jobQueues: [...names] } : {}))
    found.push(...(page.jobQueues ?? []));
  return found;
}
