import { Duration, Fn, Stack, Tags, Validations } from 'aws-cdk-lib';
import {
  AllocationStrategy,
  type CfnComputeEnvironment,
  type CfnJobQueue,
  EcsMachineImageType,
  JobQueue,
  ManagedEc2EcsComputeEnvironment,
} from 'aws-cdk-lib/aws-batch';
import {
  type IMachineImage,
  InstanceType,
  type ISecurityGroup,
  type LaunchTemplate,
  MachineImage,
  PlacementGroup,
  PlacementGroupStrategy,
  Port,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { longestUpdateMinutes } from '../../contract/hosts/update-time.ts';
import type { Pool } from '../../contract/workload/config.ts';
import { counted } from '../../contract/workload/number-text.ts';
import type { Market } from '../../contract/workload/workload.ts';
import type { LabNetwork } from '../ground/network.ts';
import { poolLaunchTemplate } from './launch-template.ts';

export interface PoolQueueProps {
  readonly pool: Pool;
  readonly network: LabNetwork;
  readonly instanceRole: IRole;
  readonly lab: string;
  /** Whether its hosts are nodes of multi-node parallel jobs. @default false */
  readonly isForNodes?: boolean;
  /** Of volumes. @default - EBS's own key */
  readonly encryptionKey?: IKey;
}

/**
 * A queue with its launch template and compute environment: one architecture, scratch on every host. A spot pool that spills
 * has a second environment, on demand.
 */
export class PoolQueue extends Construct {
  readonly queue: JobQueue;

  constructor(scope: Construct, id: string, props: PoolQueueProps) {
    super(scope, id);
    const { pool } = props;
    const template = poolLaunchTemplate(this, 'Template', props);
    const near = props.isForNodes ? nearNodes(this, props.network) : undefined;
    const environments = [
      this.environment('Environment', props, template, pool.market, near),
      // Batch goes on to it when the first has no capacity, or is at its maxvCpus.
      ...(pool.spillToOnDemand ? [this.environment('OnDemand', props, template, 'on-demand')] : []),
    ];
    this.queue = new JobQueue(this, 'Queue', {
      computeEnvironments: environments.map((computeEnvironment, at) => ({
        computeEnvironment,
        order: at + 1,
      })),
      priority: 1,
    });
    (this.queue.node.defaultChild as CfnJobQueue).jobStateTimeLimitActions = [
      'COMPUTE_ENVIRONMENT_MAX_RESOURCE',
      'JOB_RESOURCE_REQUIREMENT',
    ].map(cause => ({
      action: 'CANCEL',
      maxTimeSeconds: 1200,
      reason: `MISCONFIGURATION:${cause}`,
      state: 'RUNNABLE',
    }));
    Tags.of(this).add('arraylab:pool', id);
  }

  /** The queue's name, which CloudFormation makes. */
  get queueName(): string {
    return Fn.select(1, Fn.split('/', this.queue.jobQueueArn));
  }

  get logicalId(): string {
    return Stack.of(this).getLogicalId(this.queue.node.defaultChild as CfnJobQueue);
  }

  private environment(
    id: string,
    { pool, network, instanceRole }: PoolQueueProps,
    template: LaunchTemplate,
    market: Market,
    near?: NearNodes,
  ): ManagedEc2EcsComputeEnvironment {
    const environment = new ManagedEc2EcsComputeEnvironment(this, id, {
      vpc: network.vpc,
      vpcSubnets: near?.subnets ?? network.hostSubnets,
      securityGroups: [network.securityGroup, ...(near ? [near.securityGroup] : [])],
      ...(near ? { placementGroup: near.placementGroup } : {}),
      instanceRole,
      instanceTypes: pool.instanceTypes.map(type => new InstanceType(type)),
      useOptimalInstanceClasses: false,
      images: [
        {
          imageType: EcsMachineImageType.ECS_AL2023,
          ...(pool.image ? { image: machineImage(Stack.of(this).region, pool.image) } : {}),
        },
      ],
      launchTemplate: template,
      spot: market === 'spot',
      allocationStrategy:
        market === pool.market
          ? AllocationStrategy[pool.allocationStrategy]
          : AllocationStrategy.BEST_FIT_PROGRESSIVE,
      minvCpus: 0,
      maxvCpus: pool.maxvCpus,
      replaceComputeEnvironment: false,
      terminateOnUpdate: false,
      updateTimeout: Duration.minutes(longestUpdateMinutes(Stack.of(this).region)),
    });
    const resource = environment.node.defaultChild as CfnComputeEnvironment;
    // Hosts keep their policies until they are gone, or they never leave the cluster.
    resource.node.addDependency(instanceRole);
    // And their way out: a gateway is not detached while hosts have public addresses (that of the VPC itself is the bare gateway).
    resource.node.addDependency(
      network.vpc.selectSubnets(network.hostSubnets).internetConnectivityEstablished,
    );
    // Without a version the environment stays with the template's first one for ever.
    resource.addPropertyOverride('ComputeResources.LaunchTemplate.Version', template.latestVersionNumber);
    const most = longestUpdateMinutes(Stack.of(this).region);
    if (most < longestUpdateMinutes(''))
      Validations.of(resource).acknowledge({
        id: 'Arraylab::update-policy',
        reason: `Batch waits ${counted(most, 'minute')} at most in this region; lab deploy refuses to replace hosts under longer jobs`,
      });
    return environment;
  }
}

interface NearNodes {
  readonly subnets: SubnetSelection;
  readonly securityGroup: ISecurityGroup;
  readonly placementGroup: PlacementGroup;
}

/**
 * Hosts near each other, whose nodes' own network interfaces let each other in, and nobody else. Source: Batch user guide,
 * "Compute environment considerations for MNP": a cluster placement group in a single zone.
 */
function nearNodes(scope: Construct, { vpc, hostSubnets }: LabNetwork): NearNodes {
  const securityGroup = new SecurityGroup(scope, 'Nodes', {
    vpc,
    description: 'Nodes of one job: each other alone',
    allowAllOutbound: false,
  });
  securityGroup.addIngressRule(securityGroup, Port.allTraffic(), 'nodes of multi-node parallel jobs');
  securityGroup.addEgressRule(securityGroup, Port.allTraffic(), 'nodes of multi-node parallel jobs');
  return {
    subnets: { subnets: vpc.selectSubnets(hostSubnets).subnets.slice(0, 1) },
    securityGroup,
    placementGroup: new PlacementGroup(scope, 'Near', { strategy: PlacementGroupStrategy.CLUSTER }),
  };
}

/** In the environment and not the launch template, where Batch would not look for a change of it. */
const machineImage = (region: string, image: string): IMachineImage =>
  image.startsWith('ami-')
    ? MachineImage.genericLinux({ [region]: image })
    : MachineImage.fromSsmParameter(image);
