import { ask, environmentVariable, forbid, type Mutation, remove, set } from './changes.ts';
import { id, properties } from './parts.ts';

/** Job definitions of the default template, each broken in one way, which one rule tells. */
export const jobMutations: readonly Mutation[] = [
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
];
