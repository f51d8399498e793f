import { App, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  EcsEc2ContainerDefinition,
  EcsJobDefinition,
  EcsVolume,
  type HostVolume,
  JobQueue,
  ManagedEc2EcsComputeEnvironment,
} from 'aws-cdk-lib/aws-batch';
import {
  BlockDeviceVolume,
  InstanceType,
  LaunchTemplate,
  MachineImage,
  SubnetType,
  UserData,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { checkTemplate } from '../../lib/rules/check-template.ts';
import { isWhole } from '../helpers/runs.ts';

/** What a lab writes at its first try, with CDK's own constructs and their defaults; CDK itself says nothing of it. */
function firstTry(): Stack {
  const stack = new Stack(new App({ builtinCloudFormationValidation: isWhole }), 'FirstTry');
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 0,
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC },
      { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED },
    ],
  });
  const userData = UserData.forLinux();
  userData.addCommands('mkfs.xfs /dev/nvme1n1', 'mount /dev/nvme1n1 /scratch', 'systemctl restart docker');
  const environment = new ManagedEc2EcsComputeEnvironment(stack, 'Hosts', {
    vpc,
    instanceTypes: [new InstanceType('m7g.4xlarge')],
    images: [{ image: MachineImage.genericLinux({ 'us-east-1': 'ami-1' }) }],
    launchTemplate: new LaunchTemplate(stack, 'Template', {
      userData,
      blockDevices: [{ deviceName: '/dev/xvdb', volume: BlockDeviceVolume.ebs(200) }],
    }),
  });
  new JobQueue(stack, 'Queue', { computeEnvironments: [{ computeEnvironment: environment, order: 1 }] });
  new EcsJobDefinition(stack, 'Job', {
    retryAttempts: 3,
    container: new EcsEc2ContainerDefinition(stack, 'Container', {
      image: ContainerImage.fromRegistry('111122223333.dkr.ecr.us-east-1.amazonaws.com/rapidtide'),
      cpu: 8,
      memory: Size.gibibytes(64),
      privileged: true,
      environment: { AWS_ACCESS_KEY_ID: 'from the data owner', HCP_SECRET_ACCESS_KEY: 'x'.repeat(40) },
      volumes: [
        EcsVolume.host({ name: 'scratch', hostPath: '/scratch', containerPath: '/scratch' }) as HostVolume,
      ],
    }),
  });
  return stack;
}

it('tells the traps of a first try with CDK’s defaults: eighteen rules', () => {
  const findings = checkTemplate(Template.fromStack(firstTry()).toJSON());
  expect([...new Set(findings.map(each => each.rule))].sort()).toEqual([
    'image-pull',
    'image-type',
    'image-unpinned',
    'isolated-subnet',
    'keys-over-role',
    'launch-template-version',
    'log-group-default',
    'nvme-device',
    'one-architecture',
    'plain-secret',
    'privileged-reason',
    'timeout-missing',
    'update-policy',
    'user-data-deadlock',
    'user-data-mime',
    'volume-encrypted',
    'volume-kept',
    'volume-type',
  ]);
});
