import { Annotations } from 'aws-cdk-lib';
import {
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ExistingNetworkConfig } from '../../contract/workload/config.ts';
import type { LabNetwork } from './network.ts';

/** Subnets that are there already; all that is made in their VPC is a group that lets nothing in. */
export class ExistingNetwork extends Construct implements LabNetwork {
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  readonly hostSubnets: SubnetSelection;

  constructor(scope: Construct, id: string, { vpc, subnets }: ExistingNetworkConfig) {
    super(scope, id);
    // Zones are the subnets' own; CDK wants a word for them, and asks no account.
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: vpc, availabilityZones: ['of-the-subnets'] });
    this.hostSubnets = {
      subnets: subnets.map(each => {
        const subnet = Subnet.fromSubnetId(this, each, each);
        // Nothing here asks for its routes: they are its owner's.
        Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
        return subnet;
      }),
    };
    this.securityGroup = new SecurityGroup(this, 'Hosts', {
      vpc: this.vpc,
      description: 'Hosts of array jobs: no way in',
      allowAllOutbound: true,
    });
  }
}
