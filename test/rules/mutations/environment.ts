import { allow, forbid, type Mutation, remove, set } from './changes.ts';
import { id, type Parts, properties } from './parts.ts';

/** An environment that no longer waits for what these ids name. */
const waitsNot = (p: Parts, ids: RegExp): void => {
  const environment = p.resources[id(p, 'AWS::Batch::ComputeEnvironment')]! as unknown as {
    DependsOn: string[];
  };
  environment.DependsOn = environment.DependsOn.filter(each => !ids.test(each));
};

/** Compute environments of the default template, each broken in one way, which one rule tells. */
export const environmentMutations: readonly Mutation[] = [
  { title: 'no Ec2Configuration', rule: 'image-type', mutate: p => remove(p.compute, 'Ec2Configuration') },
  {
    title: 'Amazon Linux 2',
    rule: 'image-type',
    mutate: p => set(p.compute.Ec2Configuration[0], { ImageType: 'ECS_AL2' }),
  },
  {
    title: 'Amazon Linux 2 for GPUs',
    rule: 'image-type',
    mutate: p => set(p.compute.Ec2Configuration[0], { ImageType: 'ECS_AL2_NVIDIA' }),
  },
  {
    title: 'an AMI of the lab’s own, as CDK writes it: AL2',
    rule: 'image-type',
    mutate: p => set(p.compute, { Ec2Configuration: [{ ImageType: 'ECS_AL2', ImageIdOverride: 'ami-1' }] }),
  },
  {
    title: 'an image without a type',
    rule: 'image-type',
    mutate: p => set(p.compute, { Ec2Configuration: [{ ImageIdOverride: 'ami-1' }] }),
  },
  {
    title: 'hosts that outlive their policy',
    rule: 'policy-order',
    mutate: p => waitsNot(p, /InstanceRole/),
  },
  {
    title: 'hosts that outlive their way out',
    rule: 'route-order',
    mutate: p => waitsNot(p, /DefaultRoute/),
  },
  {
    title: 'an image type that there is not',
    rule: 'image-type-known',
    mutate: p => set(p.compute.Ec2Configuration[0], { ImageType: 'ECS_AL2025' }),
  },
  {
    title: 'the GPU image on Graviton',
    rule: 'image-type-hosts',
    mutate: p => set(p.compute.Ec2Configuration[0], { ImageType: 'ECS_AL2023_NVIDIA' }),
  },
  {
    title: 'AL2023 on a1',
    rule: 'image-type-hosts',
    mutate: p => p.compute.InstanceTypes.push('a1.4xlarge'),
  },
  {
    title: 'optimal beside Graviton',
    rule: 'one-architecture',
    mutate: p => p.compute.InstanceTypes.push('optimal'),
  },
  {
    title: 'x86 beside Graviton',
    rule: 'one-architecture',
    mutate: p => p.compute.InstanceTypes.push('m7i.4xlarge'),
  },
  {
    title: 'an x86 family beside Graviton',
    rule: 'one-architecture',
    mutate: p => p.compute.InstanceTypes.push('c6i'),
  },
  {
    title: 'default_x86_64 beside Graviton',
    rule: 'one-architecture',
    mutate: p => p.compute.InstanceTypes.push('default_x86_64'),
  },
  {
    title: 'optimal beside named x86 types',
    rule: 'optimal-mixed',
    mutate: p => p.x86.compute.InstanceTypes.push('optimal'),
  },
  {
    title: 'no template version',
    rule: 'launch-template-version',
    mutate: p => remove(p.compute.LaunchTemplate, 'Version'),
  },
  {
    title: 'version $Latest',
    rule: 'launch-template-version',
    mutate: p => set(p.compute.LaunchTemplate, { Version: '$Latest' }),
  },
  {
    title: 'version $Default',
    rule: 'launch-template-version',
    mutate: p => set(p.compute.LaunchTemplate, { Version: '$Default' }),
  },
  {
    title: 'the default version by GetAtt',
    rule: 'launch-template-version',
    mutate: p => {
      p.compute.LaunchTemplate.Version['Fn::GetAtt'][1] = 'DefaultVersionNumber';
    },
  },
  {
    title: 'the version of another template',
    rule: 'launch-template-version',
    mutate: p => {
      p.compute.LaunchTemplate.Version['Fn::GetAtt'][0] = id(p, 'AWS::EC2::LaunchTemplate', 'Poolx86');
    },
  },
  {
    title: 'an override without a version',
    rule: 'launch-template-version',
    mutate: p =>
      set(p.compute.LaunchTemplate, {
        Overrides: [
          { LaunchTemplateId: p.compute.LaunchTemplate.LaunchTemplateId, TargetInstanceTypes: ['m7g'] },
        ],
      }),
  },
  {
    title: 'a service role',
    rule: 'service-role',
    mutate: p => set(p.environment, { ServiceRole: { 'Fn::GetAtt': [id(p, 'AWS::IAM::Role'), 'Arn'] } }),
  },
  {
    title: 'the service role of another account’s making, by ARN',
    rule: 'service-role',
    mutate: p =>
      set(p.environment, {
        ServiceRole: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/AWSBatchServiceRole' },
      }),
  },
  {
    title: 'replaced on update',
    rule: 'environment-replaced',
    mutate: p => set(p.environment, { ReplaceComputeEnvironment: true }),
  },
  {
    title: 'replaced by default',
    rule: 'environment-replaced',
    mutate: p => remove(p.environment, 'ReplaceComputeEnvironment'),
  },
  { title: 'no update policy', rule: 'update-policy', mutate: p => remove(p.environment, 'UpdatePolicy') },
  {
    title: 'an update that kills',
    rule: 'update-policy',
    mutate: p => set(p.environment.UpdatePolicy, { TerminateJobsOnUpdate: true }),
  },
  {
    title: 'an update that waits an hour for jobs of ten',
    rule: 'update-policy',
    mutate: p => set(p.environment.UpdatePolicy, { JobExecutionTimeoutMinutes: 60 }),
  },
  {
    title: 'BEST_FIT',
    rule: 'allocation-strategy',
    mutate: p => set(p.compute, { AllocationStrategy: 'BEST_FIT' }),
  },
  {
    title: 'no allocation strategy',
    rule: 'allocation-strategy',
    mutate: p => remove(p.compute, 'AllocationStrategy'),
  },
  {
    title: 'a spot strategy on demand',
    rule: 'allocation-market',
    mutate: p => set(p.compute, { AllocationStrategy: 'SPOT_CAPACITY_OPTIMIZED' }),
  },
  { title: 'hosts that always run', rule: 'idle-hosts', mutate: p => set(p.compute, { MinvCpus: 16 }) },
  {
    title: 'a role for the profile',
    rule: 'instance-profile',
    mutate: p =>
      set(p.compute, {
        InstanceRole: { 'Fn::GetAtt': [id(p, 'AWS::IAM::Role', 'InstanceRole'), 'Arn'] },
      }),
  },
  { title: 'no profile', rule: 'instance-profile', mutate: p => remove(p.compute, 'InstanceRole') },
  {
    title: 'hosts that may not register',
    rule: 'host-permissions',
    mutate: p => forbid(p, 'InstanceRole', 'ecs:RegisterContainerInstance'),
  },
  {
    title: 'an environment with a name',
    rule: 'environment-named',
    mutate: p => set(p.environment, { ComputeEnvironmentName: 'graviton' }),
  },
  {
    title: 'the newest image from the first day',
    rule: 'latest-image-flag',
    mutate: p => set(p.compute, { UpdateToLatestImageVersion: true }),
  },
  {
    title: 'hosts that read the bucket',
    rule: 'host-data',
    mutate: p => allow(p, 'InstanceRole', 's3:Get*'),
  },
  {
    title: 'hosts that read secrets',
    rule: 'host-data',
    mutate: p => allow(p, 'InstanceRole', 'secretsmanager:GetSecretValue'),
  },
  ...['AmazonS3FullAccess', 'AmazonS3ReadOnlyAccess', 'AdministratorAccess', 'PowerUserAccess'].map(name => ({
    title: `hosts with ${name}`,
    rule: 'host-data',
    mutate: (p: Parts) =>
      set(properties(p, 'AWS::IAM::Role', 'InstanceRole'), {
        ManagedPolicyArns: [{ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${name}` }],
      }),
  })),
  ...['amazon-linux-2', 'amazon-linux'].map(release => ({
    title: `an image of ${release} as Amazon Linux 2023`,
    rule: 'image-type',
    mutate: (p: Parts) => {
      set(p.parameters, {
        Ami: {
          Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
          Default: `/aws/service/ecs/optimized-ami/${release}/recommended/image_id`,
        },
      });
      set(p.compute.Ec2Configuration[0], { ImageIdOverride: { Ref: 'Ami' } });
    },
  })),
  {
    title: 'the name of a parameter that everybody fills',
    rule: 'environment-named',
    mutate: p => {
      set(p.parameters, { Name: { Type: 'String' } });
      set(p.environment, { ComputeEnvironmentName: { Ref: 'Name' } });
    },
  },
  {
    title: 'an override for optimal',
    rule: 'template-overrides',
    mutate: p =>
      set(p.compute.LaunchTemplate, {
        Overrides: [{ ...p.compute.LaunchTemplate, TargetInstanceTypes: ['optimal'] }],
      }),
  },
  {
    title: 'eleven overrides',
    rule: 'template-overrides',
    mutate: p =>
      set(p.compute.LaunchTemplate, {
        Overrides: Array.from({ length: 11 }, (_, index) => ({
          ...p.compute.LaunchTemplate,
          TargetInstanceTypes: [`m${index}g`],
        })),
      }),
  },
];
