import {
  type BatchClient,
  type ComputeEnvironmentDetail,
  paginateDescribeComputeEnvironments,
} from '@aws-sdk/client-batch';

/** Compute environments by name or ARN, those that are not there left out; without names all of the region. */
export async function environmentDetails(
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
