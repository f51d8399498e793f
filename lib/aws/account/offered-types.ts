import { EC2Client, paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import type { Endpoint } from '../endpoint.ts';
import { readingConfig } from './reading.ts';

/** Which of some instance types the region has. */
export function offeredTypes(endpoint: Endpoint): (types: readonly string[]) => Promise<readonly string[]> {
  const client = new EC2Client(readingConfig(endpoint));
  return async types => {
    if (types.length === 0) return [];
    const pages = paginateDescribeInstanceTypeOfferings(
      { client },
      { LocationType: 'region', Filters: [{ Name: 'instance-type', Values: [...types] }] },
    );
    const found: string[] = [];
    for await (const page of pages)
      found.push(...(page.InstanceTypeOfferings ?? []).flatMap(each => each.InstanceType ?? []));
    return found;
  };
}
