import { checkTemplate } from '../../../lib/infra/rules/check-template.ts';

type Fields = Record<string, unknown>;

/** Ids of the rules that find something, each with the resources it names. */
function found(Resources: Fields, rest: Fields = {}): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const { rule, resource } of checkTemplate({ Resources, ...rest }))
    result[rule] = [...(result[rule] ?? []), resource];
  return result;
}

const environment = (compute: Fields = {}, properties: Fields = {}): Fields => ({
  Type: 'AWS::Batch::ComputeEnvironment',
  Properties: {
    Type: 'MANAGED',
    ReplaceComputeEnvironment: false,
    UpdatePolicy: { JobExecutionTimeoutMinutes: 360 },
    ComputeResources: {
      Type: 'EC2',
      AllocationStrategy: 'BEST_FIT_PROGRESSIVE',
      Ec2Configuration: [{ ImageType: 'ECS_AL2023' }],
      InstanceRole: 'ecsInstanceRole',
      InstanceTypes: ['m6i.xlarge'],
      MaxvCpus: 64,
      Subnets: ['subnet-1'],
      SecurityGroupIds: ['sg-1'],
      ...compute,
    },
    ...properties,
  },
});

const container = (more: Fields = {}): Fields => ({
  Image: 'ghcr.io/lab/tool:1.0',
  ResourceRequirements: [
    { Type: 'MEMORY', Value: '2000' },
    { Type: 'VCPU', Value: '1' },
  ],
  LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-group': 'lab' } },
  ...more,
});

const job = (more: Fields = {}, properties: Fields = {}): Fields => ({
  Type: 'AWS::Batch::JobDefinition',
  Properties: {
    Type: 'container',
    ContainerProperties: container(more),
    Timeout: { AttemptDurationSeconds: 600 },
    ...properties,
  },
});

const queue = (...environments: unknown[]): Fields => ({
  Type: 'AWS::Batch::JobQueue',
  Properties: {
    Priority: 1,
    ComputeEnvironmentOrder: environments.map((ComputeEnvironment, Order) => ({ ComputeEnvironment, Order })),
  },
});

const launch = (data: Fields): Fields => ({
  Type: 'AWS::EC2::LaunchTemplate',
  Properties: { LaunchTemplateName: 'hosts', LaunchTemplateData: data },
});
const launched = { LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '3' } };
const memory = (Value: string): Fields => ({
  ResourceRequirements: [
    { Type: 'MEMORY', Value },
    { Type: 'VCPU', Value: '1' },
  ],
});

it('finds nothing in a small template by hand, with names instead of references', () => {
  const Resources = { Env: environment(), Job: job(), Queue: queue({ Ref: 'Env' }) };
  expect(found(Resources)).toEqual({});
});

describe('what is no trap', () => {
  const cases: Record<string, Fields> = {
    'an environment for EKS': {
      Env: environment({ Ec2Configuration: undefined }, { EksConfiguration: { EksClusterArn: 'arn:x' } }),
    },
    'an unmanaged environment': {
      Env: { Type: 'AWS::Batch::ComputeEnvironment', Properties: { Type: 'UNMANAGED' } },
    },
    'a Fargate job with a quarter of a vCPU': {
      Job: job(
        {
          ResourceRequirements: [
            { Type: 'VCPU', Value: '0.25' },
            { Type: 'MEMORY', Value: '512' },
          ],
        },
        { PlatformCapabilities: ['FARGATE'] },
      ),
    },
    'the service-linked role by its ARN': {
      Env: environment(
        {},
        {
          ServiceRole: {
            'Fn::Sub':
              'arn:aws:iam::${AWS::AccountId}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch',
          },
        },
      ),
    },
    'a job that fits one of the environments, where no queue is said': {
      Small: environment(),
      Large: environment({ InstanceTypes: ['r6i.4xlarge'] }),
      Job: job(memory('100000')),
    },
    'memory beyond named types, beside a family whose sizes are many': {
      Env: environment({ InstanceTypes: ['m6i.large', 'r6i'] }),
      Job: job(memory('100000')),
    },
    'a queue with an environment from elsewhere, which may have larger hosts': {
      Env: environment({ InstanceTypes: ['m6i.large'] }),
      Queue: queue({ Ref: 'Env' }, { 'Fn::ImportValue': 'large' }),
      Job: job(memory('100000')),
    },
    'images for both architectures, each with an environment': {
      X86: environment(),
      Arm: environment({ InstanceTypes: ['m7g.large'] }),
      A: job({ Image: 'ghcr.io/lab/tool:1.0-arm64' }),
      B: job({ Image: 'ghcr.io/lab/tool:1.0-amd64' }),
    },
    'user data whose head a parameter brings': {
      Hosts: launch({ UserData: { 'Fn::Base64': { 'Fn::Sub': '${Head}\n#!/bin/bash\n' } } }),
      Env: environment(launched),
    },
    'user data with other headers and blanks in a boundary’s line': {
      Hosts: launch({
        UserData: {
          'Fn::Base64': {
            'Fn::Join': [
              '\n',
              [
                'MIME-Version: 1.0',
                'Content-Type: multipart/mixed; charset="utf-8"; boundary="x"',
                '',
                '--x',
                'Content-Type: text/cloud-config',
                '',
                { Ref: 'AWS::StackName' },
                '--x--',
              ],
            ],
          },
        },
      }),
      Env: environment(launched),
    },
    'a volume that user data attaches itself': {
      Hosts: launch({
        UserData: Buffer.from(
          'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n\naws ec2 attach-volume --device /dev/xvdq\nmkfs /dev/xvdq\n--x--\n',
        ).toString('base64'),
      }),
      Env: environment(launched),
    },
    'comments of user data': {
      Hosts: launch({
        UserData: Buffer.from(
          'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n\n# not: systemctl restart docker; not /dev/nvme1n1\n--x--\n',
        ).toString('base64'),
      }),
      Env: environment(launched),
    },
    'names, ARNs and places of secrets': {
      Job: job({
        Environment: [
          { Name: 'DB_SECRET', Value: 'lab/db/main' },
          { Name: 'API_TOKEN', Value: 'arn:aws:secretsmanager:us-east-1:1:secret:x' },
          { Name: 'PASSWORD', Value: '/run/secrets/password' },
          { Name: 'TOKEN', Value: { Ref: 'NotOurs' } },
          { Name: 'MAX_TOKEN', Value: '4096' },
          { Name: 'TOKENIZERS_PARALLELISM', Value: 'somewhere' },
        ],
      }),
    },
    'folders that every host has': {
      Env: environment(),
      Job: job({ Volumes: [{ Name: 'tz', Host: { SourcePath: '/etc/localtime' } }] }),
    },
    'hosts from an image of one’s own, whose insides nobody sees': {
      Env: environment({ Ec2Configuration: [{ ImageType: 'ECS_AL2023', ImageIdOverride: 'ami-1' }] }),
      Job: job({ Volumes: [{ Name: 'data', Host: { SourcePath: '/data' } }] }),
    },
    'a queue of SageMaker’s, whose jobs are terminated': {
      Queue: {
        Type: 'AWS::Batch::JobQueue',
        Properties: {
          JobQueueType: 'SAGEMAKER_TRAINING',
          JobStateTimeLimitActions: [
            { Action: 'TERMINATE', State: 'RUNNABLE', MaxTimeSeconds: 600, Reason: 'x' },
          ],
        },
      },
    },
    'attempts without rules': { Job: job({}, { RetryStrategy: { Attempts: 3 } }) },
    'subnets of a VPC from elsewhere': {
      Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24' } },
      Env: environment({ Subnets: [{ Ref: 'Subnet' }] }),
    },
    'things that are no resource': { 'Fn::ForEach::Loop': ['x', ['a'], {}], Nothing: null, List: [] },
  };
  it.each(Object.entries(cases))('%s', (_, Resources) => expect(found(Resources)).toEqual({}));

  it('a private VPC with every endpoint that hosts need', () => {
    const services = ['ecs', 'ecs-agent', 'ecs-telemetry', 'ecr.api', 'ecr.dkr', 'logs', 's3'];
    const Resources: Fields = {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: {} },
      Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' } } },
      Env: environment({ Subnets: [{ Ref: 'Subnet' }] }),
    };
    for (const service of services)
      Resources[`Endpoint${service.replace(/\W/g, '')}`] = {
        Type: 'AWS::EC2::VPCEndpoint',
        Properties: {
          VpcId: { Ref: 'Vpc' },
          ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, `.${service}`]] },
        },
      };
    expect(found(Resources)).toEqual({});
    delete Resources.Endpointecrdkr;
    expect(found(Resources)).toEqual({ 'endpoints-missing': ['Env'] });
  });
});

describe('what is one, however it is said', () => {
  it('in containers of EcsProperties and of a node range', () => {
    const task = { Containers: [container({ Environment: [{ Name: 'AWS_BATCH_X', Value: '1' }] })] };
    const Timeout = { AttemptDurationSeconds: 600 };
    expect(
      found({
        Tasks: {
          Type: 'AWS::Batch::JobDefinition',
          Properties: { Timeout, EcsProperties: { TaskProperties: [task] } },
        },
        Nodes: {
          Type: 'AWS::Batch::JobDefinition',
          Properties: {
            Timeout,
            NodeProperties: {
              NodeRangeProperties: [
                { Container: task.Containers[0] },
                { EcsProperties: { TaskProperties: [task] } },
              ],
            },
          },
        },
      }),
    ).toEqual({ 'batch-environment': ['Tasks', 'Nodes'] });
  });

  it('with the older Memory and Vcpus', () => {
    const { ResourceRequirements: _, ...older } = container({ Memory: 2, Vcpus: 1 });
    const Job = {
      Type: 'AWS::Batch::JobDefinition',
      Properties: { ContainerProperties: older, Timeout: { AttemptDurationSeconds: 60 } },
    };
    expect(found({ Job })).toEqual({ 'resources-missing': ['Job'] });
  });

  it('by the default of a parameter, by a mapping, by Sub, Join, Select and Split', () => {
    const types = (InstanceTypes: unknown): Record<string, string[]> =>
      found(
        { Env: environment({ InstanceTypes }) },
        {
          Parameters: {
            Types: { Type: 'CommaDelimitedList', Default: 'm7g.large, m6i.large' },
            Family: { Type: 'String', Default: 'm7g' },
            Asked: { Type: 'CommaDelimitedList' },
          },
          Mappings: { Hosts: { arm: { type: 'm7g.large' } } },
        },
      );
    const mixed = { 'one-architecture': ['Env'] };
    expect(types({ Ref: 'Types' })).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::Sub': '${Family}.large' }])).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::Join': ['.', [{ Ref: 'Family' }, 'large']] }])).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::FindInMap': ['Hosts', 'arm', 'type'] }])).toEqual(mixed);
    expect(types(['m6i.large', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/m7g.large'] }] }])).toEqual(mixed);
    expect(types({ 'Fn::If': ['Arm', ['m7g.large', 'm6i.large'], ['m7g.large', 'm6i.large']] })).toEqual(
      mixed,
    );
    expect(types({ Ref: 'Asked' })).toEqual({});
    expect(types({ 'Fn::If': ['Arm', ['m7g.large'], ['m6i.large']] })).toEqual({});
  });

  it('what stands for no value is absent', () => {
    const NoValue = { Ref: 'AWS::NoValue' };
    expect(found({ Env: environment({ Ec2Configuration: NoValue }) })).toEqual({ 'image-type': ['Env'] });
  });

  it('a launch template and an environment by their names', () => {
    expect(
      found({
        Hosts: launch({ UserData: Buffer.from('#!/bin/bash\n').toString('base64') }),
        Env: environment(launched),
      }),
    ).toEqual({ 'user-data-mime': ['Hosts'] });
    expect(
      found({
        A: environment({}, { ComputeEnvironmentName: 'a' }),
        B: environment({ InstanceTypes: ['m7g.large'] }, { ComputeEnvironmentName: 'b' }),
        Queue: queue('a', 'arn:aws:batch:us-east-1:111122223333:compute-environment/b'),
      }),
    ).toEqual({ 'environment-named': ['A', 'B'], 'queue-architecture': ['Queue'] });
  });

  it('an image that fits no host of the template', () => {
    const Job = job({
      Image: { 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/arm64v8/tool:1' },
    });
    expect(found({ Env: environment(), Job })).toEqual({ 'image-architecture': ['Job'] });
  });
});
