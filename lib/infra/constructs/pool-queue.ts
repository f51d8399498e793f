import { Duration, Fn, Stack, Tags } from 'aws-cdk-lib';
import {
  AllocationStrategy,
  type CfnComputeEnvironment,
  type CfnJobQueue,
  EcsMachineImageType,
  JobQueue,
  ManagedEc2EcsComputeEnvironment,
} from 'aws-cdk-lib/aws-batch';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
} from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Pool } from '../../spec/config.ts';
import type { Network } from './network.ts';
import { scratchUserData } from './user-data.ts';

export interface PoolQueueProps {
  readonly pool: Pool;
  readonly network: Network;
  readonly instanceRole: IRole;
  readonly lab: string;
  /** Of volumes. @default - EBS's own key */
  readonly encryptionKey?: IKey;
}

/** A queue with its compute environment and launch template: one architecture, one market, scratch on every host. */
export class PoolQueue extends Construct {
  readonly queue: JobQueue;

  constructor(scope: Construct, id: string, props: PoolQueueProps) {
    super(scope, id);
    const { pool, network } = props;
    const template = this.launchTemplate(pool, props.lab, props.encryptionKey);
    const spot = pool.market === 'spot';
    const environment = new ManagedEc2EcsComputeEnvironment(this, 'Environment', {
      vpc: network.vpc,
      vpcSubnets: network.hostSubnets,
      securityGroups: [network.securityGroup],
      instanceRole: props.instanceRole,
      instanceTypes: pool.instanceTypes.map(type => new InstanceType(type)),
      useOptimalInstanceClasses: false,
      images: [{ imageType: EcsMachineImageType.ECS_AL2023 }],
      launchTemplate: template,
      spot,
      allocationStrategy: spot
        ? AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
        : AllocationStrategy.BEST_FIT_PROGRESSIVE,
      minvCpus: 0,
      maxvCpus: pool.maxvCpus,
      replaceComputeEnvironment: false,
      terminateOnUpdate: false,
      // The most that Batch takes: jobs longer than this want a drained pool before an update.
      updateTimeout: Duration.minutes(360),
    });
    // Hosts keep their policies until they are gone, or they never leave the cluster.
    environment.node.defaultChild!.node.addDependency(props.instanceRole);
    // Without a version the environment stays with the template's first one for ever.
    (environment.node.defaultChild as CfnComputeEnvironment).addPropertyOverride(
      'ComputeResources.LaunchTemplate.Version',
      template.latestVersionNumber,
    );
    this.queue = new JobQueue(this, 'Queue', {
      computeEnvironments: [{ computeEnvironment: environment, order: 1 }],
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

  private launchTemplate(pool: Pool, lab: string, kmsKey?: IKey): LaunchTemplate {
    const { sizeGiB, iops, throughputMiBps } = pool.scratch;
    const gp3 = {
      volumeType: EbsDeviceVolumeType.GP3,
      encrypted: true,
      deleteOnTermination: true,
      ...(kmsKey ? { kmsKey } : {}),
    };
    const template = new LaunchTemplate(this, 'Template', {
      requireImdsv2: true,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      userData: scratchUserData(),
      blockDevices: [
        { deviceName: '/dev/xvda', volume: BlockDeviceVolume.ebs(100, gp3) },
        {
          deviceName: '/dev/xvdb',
          volume: BlockDeviceVolume.ebs(sizeGiB, { ...gp3, iops, throughput: throughputMiBps }),
        },
      ],
    });
    Tags.of(template).add('arraylab:lab', lab);
    return template;
  }
}
