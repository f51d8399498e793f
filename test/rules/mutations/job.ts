import {
  accessKey,
  addLine,
  allow,
  ask,
  cacheRule,
  environmentVariable,
  forbid,
  type Mutation,
  remove,
  set,
  trust,
} from './changes.ts';
import { type Fields, id, type Parts, properties } from './parts.ts';

/** Job definitions of the default template, each broken in one way, which one rule tells. */
export const jobMutations: readonly Mutation[] = [
  {
    title: 'six retry rules',
    rule: 'retry-count',
    mutate: p => p.retry.EvaluateOnExit.unshift({ Action: 'RETRY', OnReason: 'DockerTimeoutError*' }),
  },
  { title: 'no final EXIT', rule: 'retry-last-rule', mutate: p => p.retry.EvaluateOnExit.pop() },
  {
    title: 'a final EXIT that wants an exit code',
    rule: 'retry-last-rule',
    mutate: p => p.retry.EvaluateOnExit.splice(-1, 1, { Action: 'EXIT', OnExitCode: '*' }),
  },
  {
    title: 'a final RETRY',
    rule: 'retry-last-rule',
    mutate: p => set(p.retry.EvaluateOnExit.at(-1), { Action: 'RETRY' }),
  },
  {
    title: 'EXIT for everything before another rule',
    rule: 'retry-unreachable',
    mutate: p => p.retry.EvaluateOnExit.splice(0, 1, { Action: 'exit', OnStatusReason: '*' }),
  },
  {
    title: 'a star in the middle of a pattern',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[0], { OnStatusReason: 'Host EC2*terminated' }),
  },
  {
    title: 'brackets in a pattern',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[0], { OnStatusReason: 'Host EC2 (instance*' }),
  },
  {
    title: 'a range of exit codes',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[3], { OnExitCode: '70-75' }),
  },
  {
    title: 'a pattern of 600 characters',
    rule: 'retry-pattern',
    mutate: p => set(p.retry.EvaluateOnExit[1], { OnReason: 'a'.repeat(600) }),
  },
  { title: 'eleven attempts', rule: 'retry-attempts', mutate: p => set(p.retry, { Attempts: 11 }) },
  { title: 'no attempt', rule: 'retry-attempts', mutate: p => set(p.retry, { Attempts: 0 }) },
  { title: 'rules without attempts', rule: 'retry-attempts', mutate: p => remove(p.retry, 'Attempts') },
  {
    title: 'out of memory is retried',
    rule: 'retry-out-of-memory',
    mutate: p => set(p.retry.EvaluateOnExit[3], { OnExitCode: '137' }),
  },
  {
    title: 'a timeout of 30 s',
    rule: 'timeout-short',
    mutate: p => set(p.job.Timeout, { AttemptDurationSeconds: 30 }),
  },
  { title: 'no timeout', rule: 'timeout-missing', mutate: p => remove(p.job, 'Timeout') },
  { title: 'memory 0', rule: 'resources-missing', mutate: p => ask(p, 'MEMORY', '0') },
  { title: 'half a vCPU', rule: 'resources-missing', mutate: p => ask(p, 'VCPU', '0.5') },
  { title: 'no memory', rule: 'resources-missing', mutate: p => p.container.ResourceRequirements.shift() },
  {
    title: 'the nominal memory of the largest host',
    rule: 'memory-over-host',
    mutate: p => ask(p, 'MEMORY', String(128 * 1024)),
  },
  {
    title: 'a pool of small hosts',
    rule: 'memory-over-host',
    mutate: p => set(p.compute, { InstanceTypes: ['m7g.2xlarge', 'c7g.4xlarge'] }),
  },
  {
    title: 'more vCPUs than a host has',
    rule: 'vcpus-over-host',
    mutate: p => ask(p, 'VCPU', '32'),
  },
  {
    title: 'a pool for less than a job',
    rule: 'vcpus-over-pool',
    mutate: p => set(p.compute, { MaxvCpus: 4 }),
  },
  {
    title: 'jobs of several nodes on spot hosts',
    rule: 'nodes-on-spot',
    mutate: p => {
      const { container } = p;
      set(p.compute, { Type: 'SPOT', AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED' });
      remove(p.job, 'ContainerProperties');
      set(p.job, {
        Type: 'multinode',
        NodeProperties: {
          MainNode: 0,
          NumNodes: 2,
          NodeRangeProperties: [{ TargetNodes: '0:', Container: container }],
        },
      });
    },
  },
  {
    title: 'a mount without its volume',
    rule: 'mount-without-volume',
    mutate: p => p.container.MountPoints.push({ ContainerPath: '/refs', SourceVolume: 'refs' }),
  },
  {
    title: 'a folder that nothing makes on the host',
    rule: 'host-path',
    mutate: p => set(p.container.Volumes[0]?.Host, { SourcePath: '/nvme' }),
  },
  { title: 'hosts without user data', rule: 'host-path', mutate: p => remove(p.launch, 'UserData') },
  {
    title: 'a variable of Batch’s',
    rule: 'batch-environment',
    mutate: p => environmentVariable(p, 'AWS_BATCH_JOB_ARRAY_INDEX', '0'),
  },
  {
    title: 'a password in the environment',
    rule: 'plain-secret',
    mutate: p => environmentVariable(p, 'DB_PASSWORD', 'correct horse battery'),
  },
  {
    title: 'an access key under a harmless name',
    rule: 'plain-secret',
    mutate: p => environmentVariable(p, 'NOTE', `key ${accessKey}`),
  },
  {
    title: 'a secret that CloudFormation resolves into the environment',
    rule: 'plain-secret',
    mutate: p => environmentVariable(p, 'HCP', '{{resolve:secretsmanager:hcp:SecretString:key}}'),
  },
  {
    title: 'a hidden parameter in the environment',
    rule: 'plain-secret',
    mutate: p => {
      set(p.parameters, { HcpKey: { Type: 'String', NoEcho: true } });
      environmentVariable(p, 'HCP', { Ref: 'HcpKey' });
    },
  },
  {
    title: 'an access key in the command',
    rule: 'plain-secret',
    mutate: p => set(p.container, { Command: ['--key', accessKey] }),
  },
  {
    title: 'an access key in user data',
    rule: 'plain-secret',
    mutate: p => addLine(p, `export KEY=${accessKey}`),
  },
  {
    title: 'a dataset’s keys where the job role’s are',
    rule: 'keys-over-role',
    mutate: p =>
      set(p.container, { Secrets: [{ Name: 'AWS_ACCESS_KEY_ID', ValueFrom: 'arn:aws:secretsmanager:x' }] }),
  },
  {
    title: 'an endpoint of a test',
    rule: 'endpoint-in-environment',
    mutate: p => environmentVariable(p, 'AWS_ENDPOINT_URL_S3', 'http://localhost:4566'),
  },
  {
    title: 'privileged without a reason',
    rule: 'privileged-reason',
    mutate: p => remove(p.jobMetadata, 'ArraylabPrivileged'),
  },
  {
    title: 'FUSE without privileges',
    rule: 'fuse-without-privileged',
    mutate: p => set(p.container, { Privileged: false }),
  },
  {
    title: 'a job for hosts on Fargate',
    rule: 'fargate-host-features',
    mutate: p => {
      set(p.job, { PlatformCapabilities: ['FARGATE'] });
      ask(p, 'MEMORY', '61440');
    },
  },
  {
    title: 'S3 Files on EC2',
    rule: 's3-files-on-ec2',
    mutate: p =>
      p.container.Volumes.push({ Name: 'out', S3FilesVolumeConfiguration: { FileSystemArn: 'arn:x' } }),
  },
  {
    title: 'a definition of 30 KiB',
    rule: 'definition-size',
    mutate: p => environmentVariable(p, 'TABLE', 'x'.repeat(30 * 1024)),
  },
  {
    title: 'an image without a tag',
    rule: 'image-unpinned',
    mutate: p => set(p.container, { Image: 'public.ecr.aws/lab/tool' }),
  },
  {
    title: 'the latest image',
    rule: 'image-unpinned',
    mutate: p => set(p.container, { Image: 'public.ecr.aws/lab/tool:latest' }),
  },
  {
    title: 'the latest image of a name that the deployment decides',
    rule: 'image-unpinned',
    mutate: p =>
      set(p.container, {
        Image: { 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/${Lab}-tool:latest' },
      }),
  },
  {
    title: 'the image that was built for x86, on Graviton',
    rule: 'image-architecture',
    mutate: p => set(p.container, { Image: p.x86.container.Image }),
  },
  {
    title: 'an image whose tag says x86, on Graviton',
    rule: 'image-architecture',
    mutate: p => set(p.container, { Image: 'ghcr.io/lab/tool:1.2.3-amd64' }),
  },
  {
    title: 'jobs for Graviton in the x86 queue',
    rule: 'image-architecture',
    mutate: p =>
      set(p.jobMetadata, {
        ArraylabQueues: [id(p, 'AWS::Batch::JobQueue', 'Poolx86')],
      }),
  },
  {
    title: 'an image that nobody may pull',
    rule: 'image-pull',
    mutate: p => forbid(p, 'ExecutionRole', 'ecr:GetAuthorizationToken'),
  },
  {
    title: 'secrets and no execution role',
    rule: 'secrets-without-role',
    mutate: p => {
      set(p.container, { Secrets: [{ Name: 'HCP', ValueFrom: 'arn:aws:secretsmanager:x' }] });
      remove(p.container, 'ExecutionRoleArn');
    },
  },
  {
    title: 'no log configuration',
    rule: 'log-group-default',
    mutate: p => remove(p.container, 'LogConfiguration'),
  },
  {
    title: 'logs without a group',
    rule: 'log-group-default',
    mutate: p => remove(p.container.LogConfiguration.Options, 'awslogs-group'),
  },
  {
    title: 'logs for ever',
    rule: 'log-kept',
    mutate: p => remove(properties(p, 'AWS::Logs::LogGroup', 'JobLogs'), 'RetentionInDays'),
  },
  {
    title: 'a job role that trusts Batch, by a statement without its list',
    rule: 'role-trust',
    mutate: p => {
      trust(p, 'Rolerapidtide', 'batch.amazonaws.com');
      const document = properties(p, 'AWS::IAM::Role', 'Rolerapidtide').AssumeRolePolicyDocument as {
        Statement: unknown;
      };
      document.Statement = (document.Statement as unknown[])[0];
    },
  },
  {
    title: 'a privileged job that may delete',
    rule: 'privileged-beside-delete',
    mutate: p => allow(p, 'Rolerapidtide', 's3:DeleteObject'),
  },
  ...['latest-release', 'main', 'stable-gpu'].map(tag => ({
    title: `the tag ${tag}`,
    rule: 'image-unpinned',
    mutate: (p: Parts) =>
      set(p.container, {
        Image: { 'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/\${Lab}-tool:${tag}` },
      }),
  })),
  {
    title: 'a pair of vCPUs and memory that Fargate has not',
    rule: 'fargate-size',
    mutate: p => onFargate(p, { vcpus: '0.25', memory: '4096' }),
  },
  {
    title: 'Fargate without an execution role',
    rule: 'fargate-execution-role',
    mutate: p => remove(onFargate(p, {}), 'ExecutionRoleArn'),
  },
  {
    title: 'Fargate in public subnets without an address',
    rule: 'fargate-public-ip',
    mutate: p => remove(onFargate(p, {}), 'NetworkConfiguration'),
  },
  {
    title: 'a job role that trusts Batch',
    rule: 'role-trust',
    mutate: p => trust(p, 'Rolerapidtide', 'batch.amazonaws.com'),
  },
  {
    title: 'an instance role that trusts tasks',
    rule: 'role-trust',
    mutate: p => trust(p, 'InstanceRole', 'ecs-tasks.amazonaws.com'),
  },
  {
    title: 'propagation in the path of a mount',
    rule: 'mount-options',
    mutate: p => set(p.container.MountPoints[0], { ContainerPath: '/scratch:rshared' }),
  },
  {
    title: '60 tags',
    rule: 'tag-count',
    mutate: p =>
      set(p.job, {
        Tags: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`tag${index}`, 'x'])),
      }),
  },
  {
    title: 'Docker Hub through ECR without a secret',
    rule: 'pull-through-secret',
    mutate: p => cacheRule(p, {}),
  },
  {
    title: 'Docker Hub through ECR with a secret that CloudFormation names',
    rule: 'pull-through-secret',
    mutate: p => {
      set(p.resources, { Hub: { Type: 'AWS::SecretsManager::Secret', Properties: {} } });
      cacheRule(p, { CredentialArn: { Ref: 'Hub' } });
    },
  },
  {
    title: 'Docker Hub through ECR with any secret',
    rule: 'pull-through-secret',
    mutate: p =>
      cacheRule(p, {
        CredentialArn: {
          'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:us-east-1:${AWS::AccountId}:secret:hub-AbCdEf',
        },
      }),
  },
  {
    title: 'an image of a cache that nobody may fill',
    rule: 'pull-through-import',
    mutate: p => {
      cacheRule(p, {
        CredentialArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf',
      });
      set(p.container, {
        Image: {
          'Fn::Sub':
            '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/hub/fredericklab/rapidtide:v3.2.0',
        },
      });
    },
  },
];

/** A job of Fargate's beside the lab's, with nothing wrong but what is asked for; its container. */
function onFargate(p: Parts, { vcpus = '1', memory = '2048' }: { vcpus?: string; memory?: string }): Fields {
  const { Image, LogConfiguration, ExecutionRoleArn } = p.container as Fields;
  const container: Fields = {
    Image,
    LogConfiguration,
    ExecutionRoleArn,
    NetworkConfiguration: { AssignPublicIp: 'ENABLED' },
    ResourceRequirements: [
      { Type: 'VCPU', Value: vcpus },
      { Type: 'MEMORY', Value: memory },
    ],
  };
  set(p.resources, {
    FargateHosts: {
      Type: 'AWS::Batch::ComputeEnvironment',
      Properties: {
        Type: 'MANAGED',
        ComputeResources: { Type: 'FARGATE', MaxvCpus: 8, Subnets: p.compute.Subnets },
      },
    },
    FargateJob: {
      Type: 'AWS::Batch::JobDefinition',
      Properties: {
        Type: 'container',
        PlatformCapabilities: ['FARGATE'],
        ContainerProperties: container,
        Timeout: { AttemptDurationSeconds: 600 },
      },
    },
  });
  return container;
}
