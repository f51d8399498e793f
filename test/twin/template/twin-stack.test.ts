import { LabError } from '../../../lib/contract/workload/errors.ts';
import { readTwinStack } from '../../../lib/twin/template/twin-stack.ts';

const place = { region: 'eu-west-1', account: '000000000000' };

const job = {
  Type: 'AWS::Batch::JobDefinition',
  Properties: {
    Type: 'container',
    JobDefinitionName: 'arraylab-mine-work-arm64',
    ContainerProperties: {
      Image: { 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.eu-west-1.${AWS::URLSuffix}/assets:1' },
      Command: ['run', 'Ref::item'],
      Environment: [
        { Name: 'LAB_NAME', Value: 'mine' },
        { Name: 'OUTPUT_BUCKET', Value: { Ref: 'StorageOutputBB69BB33' } },
        { Name: 'NOTHING', Value: 'x' },
        { Ref: 'AWS::NoValue' },
      ],
      ResourceRequirements: [
        { Type: 'MEMORY', Value: '62000' },
        { Type: 'VCPU', Value: '8' },
      ],
      Privileged: true,
      LogConfiguration: {
        Options: { 'awslogs-group': { Ref: 'JobLogs4F84869B' }, 'awslogs-stream-prefix': 'work' },
      },
    },
    Parameters: { item: 'none' },
    RetryStrategy: { Attempts: 3, EvaluateOnExit: [{ Action: 'RETRY', OnStatusReason: 'Host EC2*' }] },
    Timeout: { AttemptDurationSeconds: 3600 },
  },
  Metadata: { Arraylab: { Workload: 'work', Bundle: 'dist/containers/work.mjs' } },
};

const template = {
  Resources: {
    StorageOutputBB69BB33: { Type: 'AWS::S3::Bucket', Properties: {} },
    JobLogs4F84869B: { Type: 'AWS::Logs::LogGroup', Properties: {} },
    Secret1: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'arraylab/mine/hcp', SecretString: '{"accessKeyId":"fill"}' },
    },
    Pool: {
      Type: 'AWS::Batch::ComputeEnvironment',
      Properties: {
        ComputeResources: {
          InstanceTypes: ['m7g.4xlarge'],
          MaxvCpus: 64,
          SecurityGroupIds: [{ 'Fn::ImportValue': 'elsewhere' }],
        },
      },
    },
    Spare: { Type: 'AWS::Batch::ComputeEnvironment', Properties: { ComputeResources: {} } },
    Queue: {
      Type: 'AWS::Batch::JobQueue',
      Properties: {
        ComputeEnvironmentOrder: [
          { Order: 2, ComputeEnvironment: { Ref: 'Spare' } },
          { Order: 1, ComputeEnvironment: { 'Fn::GetAtt': ['Pool', 'ComputeEnvironmentArn'] } },
        ],
        Priority: 5,
      },
    },
    Job: job,
    Foreign: { Type: 'AWS::Batch::JobDefinition', Properties: { Type: 'multinode' } },
  },
  Outputs: {
    Bucket: { Value: { Ref: 'StorageOutputBB69BB33' } },
    QueueName: {
      Value: {
        'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Queue', 'JobQueueArn'] }] }],
      },
    },
    Joined: { Value: { 'Fn::Join': ['', ['{"in":"', { Ref: 'AWS::Region' }, '"}']] } },
    Sub: { Value: { 'Fn::Sub': ['${AWS::StackName}/${own}/${!kept}/${Queue.JobQueueArn}', { own: 'x' }] } },
    Unknown: { Value: { 'Fn::ImportValue': 'elsewhere' } },
  },
};

const changed = (change: (copy: typeof template) => void): typeof template => {
  const copy = structuredClone(template);
  change(copy);
  return copy;
};

it('names everything as AWS would have, the same at every reading', () => {
  const found = readTwinStack(template, place);
  expect(found.stackName).toBe('arraylab-mine');
  const [bucket] = found.buckets;
  expect(bucket?.name).toMatch(/^arraylab-mine-storageoutput-[0-9a-f]{8}$/);
  expect(found.secrets).toEqual([
    {
      name: 'arraylab/mine/hcp',
      arn: expect.stringMatching(/:secret:arraylab\/mine\/hcp-[A-Za-z0-9]{6}$/) as string,
      value: '{"accessKeyId":"fill"}',
    },
  ]);
  expect(found.outputs).toEqual({
    Bucket: bucket?.name,
    QueueName: 'arraylab-mine-Queue',
    Joined: '{"in":"eu-west-1"}',
    Sub: 'arraylab-mine/x/${kept}/arn:aws:batch:eu-west-1:000000000000:job-queue/arraylab-mine-Queue',
  });
  expect(readTwinStack(template, place)).toEqual(found);
});

it('reads queues with their compute environments in order', () => {
  const { queues, computeEnvironments } = readTwinStack(template, place);
  const arn = 'arn:aws:batch:eu-west-1:000000000000:compute-environment/arraylab-mine-';
  expect(queues).toEqual([
    {
      name: 'arraylab-mine-Queue',
      arn: 'arn:aws:batch:eu-west-1:000000000000:job-queue/arraylab-mine-Queue',
      state: 'ENABLED',
      priority: 5,
      computeEnvironments: [`${arn}Pool`, `${arn}Spare`],
    },
  ]);
  expect(computeEnvironments).toMatchObject([
    { name: 'arraylab-mine-Pool', instanceTypes: ['m7g.4xlarge'], maxvCpus: 64 },
    { name: 'arraylab-mine-Spare', instanceTypes: [], maxvCpus: 256 },
  ]);
});

it('reads the job definitions that say how they run as a process, and leaves out others', () => {
  const { jobDefinitions, buckets } = readTwinStack(template, place);
  expect(jobDefinitions).toEqual([
    {
      name: 'arraylab-mine-work-arm64',
      arn: 'arn:aws:batch:eu-west-1:000000000000:job-definition/arraylab-mine-work-arm64:1',
      revision: 1,
      workload: 'work',
      bundle: 'dist/containers/work.mjs',
      parameters: { item: 'none' },
      image: 'twin',
      command: ['run', 'Ref::item'],
      environment: { LAB_NAME: 'mine', OUTPUT_BUCKET: buckets[0]?.name, NOTHING: 'x' },
      vcpus: 8,
      memoryMiB: 62_000,
      timeoutSeconds: 3600,
      attempts: 3,
      evaluateOnExit: [{ action: 'RETRY', onStatusReason: 'Host EC2*' }],
      logGroup: 'arraylab-mine-JobLogs4F84869B',
      streamPrefix: 'work',
      privileged: true,
    },
  ]);
});

it.each([
  [
    'an intrinsic it does not know',
    { 'Fn::ImportValue': 'elsewhere' },
    /Job\.ContainerProperties\.Environment\[1\]\.Value.*does not resolve Fn::ImportValue/,
  ],
  ['a resource that is not there', { Ref: 'Nowhere' }, /does not know what Ref Nowhere is/],
  ['an element that is not there', { 'Fn::Select': [3, ['a']] }, /no element 3/],
])('refuses %s where the value is needed, naming the place', (_, value, message) => {
  const wrong = changed(copy => {
    copy.Resources.Job.Properties.ContainerProperties.Environment[1] = {
      Name: 'OUTPUT_BUCKET',
      Value: value as { Ref: string },
    };
  });
  expect(() => readTwinStack(wrong, place)).toThrow(LabError);
  expect(() => readTwinStack(wrong, place)).toThrow(message);
});

it('bucket names keep within S3’s rules however long the ids are', () => {
  const long = {
    Resources: Object.fromEntries(
      ['A', 'B'].map(end => [`${'VeryLongLogicalId'.repeat(6)}${end}`, { Type: 'AWS::S3::Bucket' }]),
    ),
  };
  const names = readTwinStack(long, { ...place, stackName: 'arraylab-A'.repeat(7) }).buckets.map(
    each => each.name,
  );
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
});
