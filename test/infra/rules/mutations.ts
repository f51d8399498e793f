type Fields = Record<string, unknown>;
interface Resource {
  readonly Type: string;
  readonly Properties: Fields;
  readonly Metadata: Fields;
}
interface Environment extends Fields {
  readonly UpdatePolicy: Fields;
  readonly ComputeResources: Compute;
}
interface Compute extends Fields {
  readonly InstanceTypes: string[];
  readonly Ec2Configuration: Fields[];
  readonly LaunchTemplate: {
    readonly LaunchTemplateId: unknown;
    readonly Version: { 'Fn::GetAtt': string[] };
  };
}
interface LaunchData extends Fields {
  readonly UserData: { 'Fn::Base64': string };
  readonly MetadataOptions: Fields;
  readonly BlockDeviceMappings: { readonly Ebs: Fields }[];
}
interface Queue extends Fields {
  readonly ComputeEnvironmentOrder: Fields[];
  readonly JobStateTimeLimitActions: Fields[];
}
interface Job extends Fields {
  readonly ContainerProperties: Container;
  readonly RetryStrategy: { readonly EvaluateOnExit: Fields[] };
  readonly Timeout: Fields;
}
interface Container extends Fields {
  readonly Environment: Fields[];
  readonly ResourceRequirements: Fields[];
  readonly MountPoints: Fields[];
  readonly Volumes: { readonly Name: string; readonly Host?: Fields; readonly [other: string]: unknown }[];
  readonly LogConfiguration: { readonly Options: Fields };
}

/** The parts of the default template that mutations change: properties of the arm64 pool and its job, unless said. */
export interface Parts {
  readonly resources: Record<string, Resource>;
  readonly parameters: Fields;
  readonly environment: Environment;
  readonly compute: Compute;
  readonly launch: LaunchData;
  readonly root: Fields;
  readonly scratch: Fields;
  readonly queue: Queue;
  readonly job: Job;
  readonly jobMetadata: Fields;
  readonly container: Container;
  readonly retry: Job['RetryStrategy'];
  readonly x86: { readonly compute: Compute; readonly queue: Queue; readonly container: Container };
}

export function partsOf(template: { Resources: Record<string, Resource>; Parameters: Fields }): Parts {
  const resources = template.Resources;
  const properties = (type: string, start: string): unknown =>
    resources[idOf(resources, type, start)]!.Properties;
  const environment = properties('AWS::Batch::ComputeEnvironment', 'Poolarm64') as Environment;
  const { LaunchTemplateData: launch } = properties('AWS::EC2::LaunchTemplate', 'Poolarm64') as {
    LaunchTemplateData: LaunchData;
  };
  const job = properties('AWS::Batch::JobDefinition', 'Jobrapidtidearm64') as Job;
  return {
    resources,
    parameters: template.Parameters,
    environment,
    compute: environment.ComputeResources,
    launch,
    root: launch.BlockDeviceMappings[0]!.Ebs,
    scratch: launch.BlockDeviceMappings[1]!.Ebs,
    queue: properties('AWS::Batch::JobQueue', 'Poolarm64') as Queue,
    job,
    jobMetadata: resources[idOf(resources, 'AWS::Batch::JobDefinition', 'Jobrapidtidearm64')]!.Metadata,
    container: job.ContainerProperties,
    retry: job.RetryStrategy,
    x86: {
      compute: (properties('AWS::Batch::ComputeEnvironment', 'Poolx86') as Environment).ComputeResources,
      queue: properties('AWS::Batch::JobQueue', 'Poolx86') as Queue,
      container: (properties('AWS::Batch::JobDefinition', 'Jobrapidtidex86') as Job).ContainerProperties,
    },
  };
}

/** The logical id of a type's resource, by what it begins with. */
function idOf(resources: Record<string, Resource>, type: string, start = ''): string {
  const found = Object.keys(resources).find(id => resources[id]!.Type === type && id.startsWith(start));
  if (!found) throw new Error(`no ${type} ${start}`);
  return found;
}

const id = ({ resources }: Parts, type: string, start?: string): string => idOf(resources, type, start);
const properties = (parts: Parts, type: string, start?: string): Fields =>
  parts.resources[id(parts, type, start)]!.Properties;

export interface Mutation {
  readonly title: string;
  readonly rule: string;
  readonly mutate: (parts: Parts) => unknown;
}

function set(target: object | undefined, values: Fields): void {
  if (!target) throw new Error('nothing there to change');
  Object.assign(target, values);
}
const remove = (target: object, name: string): boolean => Reflect.deleteProperty(target, name);
const environmentVariable = ({ container }: Parts, Name: string, Value: unknown): unknown =>
  container.Environment.push({ Name, Value });
const ask = ({ container }: Parts, Type: string, Value: string): unknown =>
  set(
    container.ResourceRequirements.find(each => each.Type === Type),
    { Value },
  );
const script = ({ launch }: Parts, change: (text: string) => string): void => {
  launch.UserData['Fn::Base64'] = change(launch.UserData['Fn::Base64']);
};
const addLine = (parts: Parts, line: string): void =>
  script(parts, text => text.replace('chmod 1777 /scratch\n', `chmod 1777 /scratch\n${line}\n`));

interface Statement {
  Action: string | string[];
}

/** A role's policies without an action. */
const forbid = ({ resources }: Parts, start: string, action: string): void => {
  for (const [name, each] of Object.entries(resources)) {
    if (each.Type !== 'AWS::IAM::Policy' || !name.startsWith(start)) continue;
    const document = each.Properties.PolicyDocument as { Statement: Statement[] };
    document.Statement = document.Statement.map(statement => ({
      ...statement,
      Action: [statement.Action].flat().filter(one => one !== action),
    })).filter(statement => statement.Action.length > 0);
  }
};
/** A role with one more action. */
const allow = (parts: Parts, start: string, Action: string): void => {
  const document = properties(parts, 'AWS::IAM::Policy', start).PolicyDocument;
  (document as { Statement: Fields[] }).Statement.push({ Effect: 'Allow', Action, Resource: '*' });
};
const cacheRule = (parts: Parts, more: Fields): void =>
  set(parts.resources, {
    Cache: {
      Type: 'AWS::ECR::PullThroughCacheRule',
      Properties: { EcrRepositoryPrefix: 'hub', UpstreamRegistryUrl: 'registry-1.docker.io', ...more },
    },
  });
/** A role that trusts another service. */
const trust = (parts: Parts, start: string, Service: string): void => {
  const document = properties(parts, 'AWS::IAM::Role', start).AssumeRolePolicyDocument;
  (document as { Statement: Fields[] }).Statement[0]!.Principal = { Service };
};
const routes = ({ resources }: Parts): string[] =>
  Object.keys(resources).filter(each => resources[each]!.Type === 'AWS::EC2::Route');
/** The hosts' way out is a NAT gateway. */
const natRoutes = (parts: Parts): void => {
  const { resources } = parts;
  set(resources, {
    Nat: { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: id(parts, 'AWS::EC2::Subnet') } } },
  });
  for (const each of routes(parts)) {
    const { Properties } = resources[each]!;
    remove(Properties, 'GatewayId');
    set(Properties, { NatGatewayId: { Ref: 'Nat' } });
  }
};
const endpoint = (parts: Parts, service: string): unknown =>
  set(parts.resources, {
    [`Endpoint${service.replace(/\W/g, '')}`]: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        ServiceName: { 'Fn::Sub': `com.amazonaws.\${AWS::Region}.${service}` },
        VpcEndpointType: 'Interface',
        VpcId: { Ref: id(parts, 'AWS::EC2::VPC') },
      },
    },
  });
/** Amazon's own example of an access key; in two pieces, for it looks like one. */
const accessKey = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');

/** Each breaks the default template in one way, which one rule tells. */
export const mutations: readonly Mutation[] = [
  // Compute environments
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
  // Launch templates
  {
    title: 'a plain script',
    rule: 'user-data-mime',
    mutate: p =>
      script(p, text => text.slice(text.indexOf('#!/bin/bash'), text.lastIndexOf('--==ARRAYLAB==--'))),
  },
  {
    title: 'no MIME version',
    rule: 'user-data-mime',
    mutate: p => script(p, text => text.replace('MIME-Version: 1.0\n', '')),
  },
  {
    title: 'a boundary that no part has',
    rule: 'user-data-mime',
    mutate: p => script(p, text => text.replace('boundary="==ARRAYLAB=="', 'boundary="==OTHER=="')),
  },
  {
    title: 'plain user data in Base64',
    rule: 'user-data-mime',
    mutate: p =>
      set(p.launch, { UserData: Buffer.from('#!/bin/bash\nmkdir -p /scratch\n').toString('base64') }),
  },
  {
    title: 'user data that starts docker',
    rule: 'user-data-deadlock',
    mutate: p => addLine(p, 'systemctl restart docker'),
  },
  {
    title: 'user data that starts the agent',
    rule: 'user-data-deadlock',
    mutate: p => addLine(p, 'systemctl enable --now ecs'),
  },
  {
    title: 'the agent’s configuration overwritten',
    rule: 'ecs-config-overwritten',
    mutate: p => script(p, text => text.replace('>> /etc/ecs/ecs.config', '> /etc/ecs/ecs.config')),
  },
  {
    title: 'the agent’s configuration overwritten by tee',
    rule: 'ecs-config-overwritten',
    mutate: p => addLine(p, 'echo ECS_LOGLEVEL=debug | tee /etc/ecs/ecs.config'),
  },
  {
    title: 'an NVMe disk by number',
    rule: 'nvme-device',
    mutate: p => addLine(p, 'blockdev --setra 4096 /dev/nvme1n1'),
  },
  {
    title: 'scratch under another name than its mapping’s',
    rule: 'device-mapping',
    mutate: p => script(p, text => text.replaceAll('/dev/xvdb', '/dev/xvdf')),
  },
  { title: 'no scratch volume', rule: 'device-mapping', mutate: p => p.launch.BlockDeviceMappings.pop() },
  {
    title: 'gp2',
    rule: 'volume-type',
    mutate: p => {
      set(p.scratch, { VolumeType: 'gp2' });
      remove(p.scratch, 'Iops');
      remove(p.scratch, 'Throughput');
    },
  },
  { title: 'no volume type', rule: 'volume-type', mutate: p => remove(p.scratch, 'VolumeType') },
  {
    title: 'a plain scratch volume',
    rule: 'volume-encrypted',
    mutate: p => set(p.scratch, { Encrypted: false }),
  },
  { title: 'a plain root volume', rule: 'volume-encrypted', mutate: p => remove(p.root, 'Encrypted') },
  {
    title: 'a scratch volume that stays',
    rule: 'volume-kept',
    mutate: p => set(p.scratch, { DeleteOnTermination: false }),
  },
  {
    title: 'a scratch volume that may stay',
    rule: 'volume-kept',
    mutate: p => remove(p.scratch, 'DeleteOnTermination'),
  },
  {
    title: 'a throughput that the IOPS do not carry',
    rule: 'volume-limits',
    mutate: p => set(p.scratch, { Throughput: 1000 }),
  },
  {
    title: 'IOPS that the size does not carry',
    rule: 'volume-limits',
    mutate: p => set(p.scratch, { VolumeSize: 10, Iops: 10_000 }),
  },
  { title: 'too few IOPS', rule: 'volume-limits', mutate: p => set(p.scratch, { Iops: 100 }) },
  {
    title: 'metadata without a token',
    rule: 'imdsv1',
    mutate: p => set(p.launch.MetadataOptions, { HttpTokens: 'optional' }),
  },
  {
    title: 'a role in the launch template',
    rule: 'launch-template-ignored',
    mutate: p => set(p.launch, { IamInstanceProfile: { Name: 'x' } }),
  },
  {
    title: 'an instance type in the launch template',
    rule: 'launch-template-ignored',
    mutate: p => set(p.launch, { InstanceType: 'm7g.large' }),
  },
  // Network
  {
    title: 'no default route',
    rule: 'isolated-subnet',
    mutate: p => {
      for (const id of routes(p)) remove(p.resources, id);
    },
  },
  {
    title: 'a subnet without a route table',
    rule: 'isolated-subnet',
    mutate: p => remove(p.resources, id(p, 'AWS::EC2::SubnetRouteTableAssociation')),
  },
  {
    title: 'isolated subnets with an endpoint of ECS alone',
    rule: 'endpoints-missing',
    mutate: p => {
      for (const id of routes(p)) remove(p.resources, id);
      endpoint(p, 'ecs');
    },
  },
  {
    title: 'public subnets without addresses',
    rule: 'public-ip',
    mutate: p => set(properties(p, 'AWS::EC2::Subnet'), { MapPublicIpOnLaunch: false }),
  },
  {
    title: 'a group that lets nothing out',
    rule: 'no-egress',
    mutate: p =>
      set(properties(p, 'AWS::EC2::SecurityGroup'), {
        SecurityGroupEgress: [
          { CidrIp: '255.255.255.255/32', IpProtocol: 'icmp', FromPort: 252, ToPort: 86 },
        ],
      }),
  },
  {
    title: 'NAT, and no endpoint of S3',
    rule: 'nat-without-s3',
    mutate: p => {
      natRoutes(p);
      remove(p.resources, id(p, 'AWS::EC2::VPCEndpoint'));
    },
  },
  // Queues
  {
    title: 'x86 behind Graviton in a queue',
    rule: 'queue-architecture',
    mutate: p => {
      p.queue.ComputeEnvironmentOrder.push({ ...p.x86.queue.ComputeEnvironmentOrder[0], Order: 2 });
      // An image that was built for either would be the image rule's.
      set(p.container, { Image: 'public.ecr.aws/lab/tool:1.2' });
    },
  },
  {
    title: 'four environments in a queue',
    rule: 'queue-length',
    mutate: p => {
      for (const Order of [2, 3, 4])
        p.queue.ComputeEnvironmentOrder.push({ ...p.queue.ComputeEnvironmentOrder[0], Order });
    },
  },
  {
    title: 'Fargate behind EC2 in a queue',
    rule: 'queue-compute',
    mutate: p => {
      set(p.resources, {
        Fargate: {
          Type: 'AWS::Batch::ComputeEnvironment',
          Properties: {
            Type: 'managed',
            ComputeResources: { Type: 'FARGATE', MaxvCpus: 8, Subnets: [], SecurityGroupIds: [] },
          },
        },
      });
      p.queue.ComputeEnvironmentOrder.push({ ComputeEnvironment: { Ref: 'Fargate' }, Order: 2 });
    },
  },
  { title: 'a disabled queue', rule: 'disabled', mutate: p => set(p.queue, { State: 'DISABLED' }) },
  {
    title: 'a disabled environment',
    rule: 'disabled',
    mutate: p => set(p.environment, { State: 'DISABLED' }),
  },
  {
    title: 'jobs that wait are terminated',
    rule: 'time-limit-action',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { Action: 'TERMINATE' }),
  },
  {
    title: 'a time limit on running jobs',
    rule: 'time-limit-action',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { State: 'RUNNING' }),
  },
  {
    title: 'a reason that Batch does not give',
    rule: 'time-limit-reason',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { Reason: 'waited too long' }),
  },
  {
    title: 'a time limit of a minute',
    rule: 'time-limit-seconds',
    mutate: p => set(p.queue.JobStateTimeLimitActions[0], { MaxTimeSeconds: 60 }),
  },
  // Job definitions
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
    mutate: p => set(p.job, { PlatformCapabilities: ['FARGATE'] }),
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
];
