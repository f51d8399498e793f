import type { JobDefinition, TwinStack } from '../../../lib/twin/template/twin-stack.ts';

const arn = (kind: string, name: string): string => `arn:aws:batch:us-east-1:000000000000:${kind}/${name}`;

export const definition: JobDefinition = {
  name: 'work',
  arn: arn('job-definition', 'work:1'),
  revision: 1,
  workload: 'work',
  bundle: 'dist/containers/work.mjs',
  parameters: { word: 'default' },
  image: 'twin',
  command: ['ok'],
  environment: { FROM_DEFINITION: 'yes', BOTH: 'definition' },
  vcpus: 1,
  memoryMiB: 100,
  timeoutSeconds: 3600,
  attempts: 1,
  evaluateOnExit: [],
  logGroup: '/lab/jobs',
  streamPrefix: 'work',
  privileged: false,
  jobRole: 'arn:aws:iam::000000000000:role/work',
};

export const resources: TwinStack = {
  stackName: 'arraylab-lab',
  outputs: {},
  buckets: [],
  secrets: [],
  queues: [
    {
      name: 'queue',
      arn: arn('job-queue', 'queue'),
      state: 'ENABLED',
      priority: 1,
      computeEnvironments: [arn('compute-environment', 'pool')],
    },
    { name: 'shut', arn: arn('job-queue', 'shut'), state: 'DISABLED', priority: 1, computeEnvironments: [] },
  ],
  computeEnvironments: [
    {
      name: 'pool',
      arn: arn('compute-environment', 'pool'),
      state: 'ENABLED',
      instanceTypes: ['m7g.xlarge'],
      maxvCpus: 16,
    },
  ],
  jobDefinitions: [definition],
  eventRules: [],
  rights: { roles: new Map(), people: new Map(), ofBuckets: new Map() },
};
