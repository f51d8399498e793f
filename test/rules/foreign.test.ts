import { environment, type Fields, found, job, launch, launched, memory, queue } from './by-hand.ts';

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
          ExecutionRoleArn: 'arn:aws:iam::111122223333:role/starts-jobs',
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
    'hosts by the name of a role that is their profile’s name as well': {
      Hosts: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Statement: [
              { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ],
          },
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role'],
        },
      },
      Profile: {
        Type: 'AWS::IAM::InstanceProfile',
        Properties: { Roles: [{ Ref: 'Hosts' }], InstanceProfileName: { Ref: 'Hosts' } },
      },
      Env: environment({ InstanceRole: { Ref: 'Hosts' } }),
    },
    'folders below one that user data mounts': {
      Hosts: launch({
        UserData: {
          'Fn::Base64': {
            'Fn::Sub':
              'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n\nmkdir -p /lustre\nmount -t lustre ${Files}.fsx.amazonaws.com@tcp:/fsx /lustre\n--x--\n',
          },
        },
      }),
      Env: environment(launched),
      Job: job({ Volumes: [{ Name: 'uniref', Host: { SourcePath: '/lustre/references/uniref90' } }] }),
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
