import {
  EC2Client,
  type Filter,
  paginateDescribeImages,
  paginateDescribeLaunchTemplates,
  paginateDescribeNatGateways,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  paginateDescribeVpcEndpoints,
  type Tag,
} from '@aws-sdk/client-ec2';
import type { Found } from '../../contract/ports/stack.ts';
import { stackName, tagNames } from '../../contract/workload/metadata.ts';
import { clientConfig, type Endpoint } from '../endpoint.ts';
import { instanceDetails } from '../read/instances.ts';
import { addresses, vpcs } from '../read/network.ts';
import { collect, type Look } from './look.ts';

interface Tagged {
  readonly Tags?: Tag[] | undefined;
}

/** Instances that have not ended. */
const there: Filter = {
  Name: 'instance-state-name',
  Values: ['pending', 'running', 'stopping', 'stopped'],
};

/** What a lab has of EC2: hosts, disks, network. Launch templates give hosts and disks the lab's tag. */
export function ec2Looks(endpoint: Endpoint, lab: string): readonly Look[] {
  const client = new EC2Client(clientConfig(endpoint));
  // Tagged as the lab's, or named by CDK after a construct of its stack.
  const filters: readonly Filter[] = [
    { Name: `tag:${tagNames.lab}`, Values: [lab] },
    { Name: 'tag:Name', Values: [`${stackName(lab)}/*`] },
  ];
  const isOurs = ({ Tags = [] }: Tagged): boolean =>
    Tags.some(({ Key, Value }) =>
      Key === 'Name' ? Value?.startsWith(`${stackName(lab)}/`) : Key === tagNames.lab && Value === lab,
    );
  const each = <T extends Tagged>(
    what: string,
    action: string,
    list: (filter: Filter) => Promise<readonly T[]>,
    toFound: (one: T) => Found,
  ): Look => ({
    what,
    action: `ec2:${action}`,
    async find() {
      const found = new Map<string, Found>();
      // Whatever a filter lets through: what is named is what a person is told to delete.
      for (const filter of filters)
        for (const one of (await list(filter)).filter(isOurs).map(toFound)) found.set(one.id, one);
      return [...found.values()];
    },
  });
  return [
    each(
      'instances',
      'DescribeInstances',
      filter => instanceDetails(client, [filter, there]),
      one => ({
        kind: 'instance',
        id: one.InstanceId!,
        detail: `${one.InstanceType}, ${one.State?.Name}`,
      }),
    ),
    each(
      'volumes',
      'DescribeVolumes',
      async filter => {
        const all = await collect(
          paginateDescribeVolumes({ client }, { Filters: [filter] }),
          page => page.Volumes,
        );
        return all.filter(one => !/^delet/.test(one.State ?? ''));
      },
      one => ({
        kind: 'volume',
        id: one.VolumeId!,
        detail: `${one.Size} GiB, attached to ${one.Attachments?.[0]?.InstanceId ?? 'nothing'}`,
      }),
    ),
    each(
      'snapshots',
      'DescribeSnapshots',
      filter =>
        collect(
          paginateDescribeSnapshots({ client }, { OwnerIds: ['self'], Filters: [filter] }),
          page => page.Snapshots,
        ),
      one => ({ kind: 'snapshot', id: one.SnapshotId!, detail: `of ${one.VolumeSize} GiB` }),
    ),
    each(
      'machine images',
      'DescribeImages',
      filter =>
        collect(
          paginateDescribeImages({ client }, { Owners: ['self'], Filters: [filter] }),
          page => page.Images,
        ),
      one => ({ kind: 'image', id: one.ImageId!, detail: `${one.Name}; its snapshots cost` }),
    ),
    each(
      'NAT gateways',
      'DescribeNatGateways',
      filter => {
        const there = { Name: 'state', Values: ['pending', 'available', 'failed'] };
        return collect(
          paginateDescribeNatGateways({ client }, { Filter: [filter, there] }),
          page => page.NatGateways,
        );
      },
      one => ({ kind: 'nat-gateway', id: one.NatGatewayId!, detail: `${one.State} in ${one.VpcId}` }),
    ),
    each(
      'elastic IPs',
      'DescribeAddresses',
      filter => addresses(client, [filter]),
      one => ({
        kind: 'elastic-ip',
        id: one.AllocationId!,
        detail: `${one.PublicIp}, ${one.AssociationId ? 'in use' : 'used by nothing'}`,
      }),
    ),
    each(
      'VPC endpoints',
      'DescribeVpcEndpoints',
      async filter => {
        const all = await collect(
          paginateDescribeVpcEndpoints({ client }, { Filters: [filter] }),
          page => page.VpcEndpoints,
        );
        return all.filter(one => !/^delet/i.test(one.State ?? ''));
      },
      one => ({
        kind: 'vpc-endpoint',
        id: one.VpcEndpointId!,
        detail: `${one.VpcEndpointType}, ${one.ServiceName?.split('.').slice(-2).join('.')}`,
      }),
    ),
    each(
      'VPCs',
      'DescribeVpcs',
      filter => vpcs(client, [filter]),
      one => ({
        kind: 'vpc',
        id: one.VpcId!,
        detail: `${one.CidrBlock}; costs nothing by itself, and goes when nothing is in it`,
      }),
    ),
    each(
      'launch templates',
      'DescribeLaunchTemplates',
      filter =>
        collect(
          paginateDescribeLaunchTemplates({ client }, { Filters: [filter] }),
          page => page.LaunchTemplates,
        ),
      one => ({
        kind: 'launch-template',
        id: one.LaunchTemplateId!,
        detail: `${one.LaunchTemplateName}; costs nothing by itself`,
      }),
    ),
  ];
}
