import { type EC2Client, type Filter, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';

/** EC2's instances, of every state unless a filter says which; those that ended stay listed for an hour. */
export async function instanceDetails(client: EC2Client, filters: readonly Filter[]): Promise<Instance[]> {
  const found: Instance[] = [];
  for await (const page of paginateDescribeInstances({ client }, { Filters: [...filters] }))
    for (const { Instances = [] } of page.Reservations ?? []) found.push(...Instances);
  return found;
}
