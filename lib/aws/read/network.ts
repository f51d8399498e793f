import {
  type Address,
  DescribeAddressesCommand,
  type EC2Client,
  type Filter,
  paginateDescribeVpcs,
  type Vpc,
} from '@aws-sdk/client-ec2';

/** VPCs of the region, whosever they are where no filter says which. */
export async function vpcs(client: EC2Client, filters: readonly Filter[] = []): Promise<Vpc[]> {
  const found: Vpc[] = [];
  for await (const page of paginateDescribeVpcs({ client }, asked(filters))) found.push(...(page.Vpcs ?? []));
  return found;
}

/** Elastic addresses of the region, whosever they are where no filter says which. */
export async function addresses(client: EC2Client, filters: readonly Filter[] = []): Promise<Address[]> {
  return (await client.send(new DescribeAddressesCommand(asked(filters)))).Addresses ?? [];
}

const asked = (filters: readonly Filter[]): { Filters?: Filter[] } =>
  filters.length > 0 ? { Filters: [...filters] } : {};
