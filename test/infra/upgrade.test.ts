import type { LabConfigInput, PoolInput } from '../../lib/config/define-lab.ts';
import { defaultLab, synthesize } from '../rules/synthesized.ts';

/**
 * Properties whose change makes CloudFormation replace the resource: createOnlyProperties of the types' schemas, as
 * published by CloudFormation (read with cfn-lint 1.51). Those of a compute environment that are so under
 * ReplaceComputeEnvironment alone are none here, where that is false.
 */
const replaced: Readonly<Record<string, readonly string[]>> = {
  'AWS::Batch::ComputeEnvironment': [
    'ComputeEnvironmentName',
    'Tags',
    'Type',
    'EksConfiguration',
    'ComputeResources.SpotIamFleetRole',
  ],
  'AWS::Batch::JobQueue': ['JobQueueName', 'JobQueueType', 'Tags'],
  'AWS::EC2::LaunchTemplate': ['LaunchTemplateName'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::KMS::Key': [],
};

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}
type Resources = Readonly<Record<string, Resource>>;

const lab = (pool: PoolInput, more: Partial<LabConfigInput> = {}): LabConfigInput => ({
  ...defaultLab,
  ...more,
  pools: { mine: { architecture: 'arm64', ...pool } },
  workloads: { rapidtide: { ...defaultLab.workloads!.rapidtide, pools: ['mine'] } },
});
const resourcesOf = (input: LabConfigInput): Resources =>
  (synthesize(input).json as { Resources: Resources }).Resources;
const at = (resource: Resource, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      resource.Properties,
    );
const only = (resources: Resources, type: string): [string, Resource] => {
  const found = Object.entries(resources).filter(([, each]) => each.Type === type);
  expect(found).toHaveLength(1);
  return found[0]!;
};

const before = resourcesOf(lab({}));
/** Each change of a configuration, and where in the compute environment or its launch template CloudFormation sees it. */
const changes: readonly {
  readonly title: string;
  readonly after: LabConfigInput;
  readonly template?: string;
  readonly environment?: string;
}[] = [
  {
    title: 'scratch size',
    after: lab({ scratch: { sizeGiB: 500 } }),
    template: 'LaunchTemplateData.BlockDeviceMappings',
  },
  { title: 'root size', after: lab({ rootGiB: 200 }), template: 'LaunchTemplateData.BlockDeviceMappings' },
  {
    title: 'scratch from a volume to an instance store',
    after: lab({ scratch: 'instance-store', instanceTypes: ['m7gd.4xlarge'] }),
    template: 'LaunchTemplateData.UserData',
    environment: 'ComputeResources.InstanceTypes',
  },
  {
    title: 'instance types',
    after: lab({ instanceTypes: ['m7g.4xlarge'] }),
    environment: 'ComputeResources.InstanceTypes',
  },
  {
    title: 'image',
    after: lab({ image: 'ami-0123456789abcdef0' }),
    environment: 'ComputeResources.Ec2Configuration',
  },
  { title: 'maxvCpus', after: lab({ maxvCpus: 64 }), environment: 'ComputeResources.MaxvCpus' },
  { title: 'market', after: lab({ market: 'spot' }), environment: 'ComputeResources.Type' },
  { title: 'retention of logs', after: lab({}, { logRetentionDays: 30 }) },
];

describe.each(changes)('a change of $title', ({ after: input, template, environment }) => {
  const after = resourcesOf(input);

  it('replaces or removes nothing that holds data, and no environment or queue', () => {
    for (const [id, old] of Object.entries(before)) {
      const properties = replaced[old.Type];
      if (!properties) continue;
      const now = after[id];
      expect({ id, type: now?.Type }).toEqual({ id, type: old.Type });
      for (const path of properties)
        expect({ id, path, value: at(now!, path) }).toEqual({ id, path, value: at(old, path) });
    }
  });

  if (!template && !environment) return;
  it('reaches the compute environment', () => {
    const [templateId, newTemplate] = only(after, 'AWS::EC2::LaunchTemplate');
    const [environmentId, newEnvironment] = only(after, 'AWS::Batch::ComputeEnvironment');
    const isChanged = (path: string, id: string, now: Resource): boolean =>
      JSON.stringify(at(before[id]!, path)) !== JSON.stringify(at(now, path));
    if (template) expect(isChanged(template, templateId, newTemplate)).toBe(true);
    if (environment) expect(isChanged(environment, environmentId, newEnvironment)).toBe(true);
    // A new version of the template is a new value of this property: that is what makes CloudFormation update the environment.
    expect(at(newEnvironment, 'ComputeResources.LaunchTemplate')).toEqual({
      LaunchTemplateId: { Ref: templateId },
      Version: { 'Fn::GetAtt': [templateId, 'LatestVersionNumber'] },
    });
    expect(at(newEnvironment, 'ReplaceComputeEnvironment')).toBe(false);
    expect(at(newEnvironment, 'UpdatePolicy')).toEqual({
      TerminateJobsOnUpdate: false,
      JobExecutionTimeoutMinutes: 7200,
    });
  });
});

it('a change of retention is one of the log groups alone', () => {
  const after = resourcesOf(lab({}, { logRetentionDays: 30 }));
  const changed = Object.keys(after).filter(id => JSON.stringify(after[id]) !== JSON.stringify(before[id]));
  expect(new Set(changed.map(id => after[id]!.Type))).toEqual(new Set(['AWS::Logs::LogGroup']));
  expect(Object.keys(after)).toEqual(Object.keys(before));
});

it('user data is a part of what the launch template’s version stands for', () => {
  const [, template] = only(before, 'AWS::EC2::LaunchTemplate');
  expect(at(template, 'LaunchTemplateData.UserData')).toEqual({
    'Fn::Base64': expect.stringContaining('#!/bin/bash'),
  });
});

it('what holds data stays when the stack goes or replaces it', () => {
  const kept = Object.values(before).filter(each => each.Type === 'AWS::S3::Bucket');
  expect(kept.length).toBeGreaterThan(0);
  for (const each of kept)
    expect(each).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

it('a second pool, or one less, leaves the resources of others as they are', () => {
  const two = resourcesOf({
    ...lab({}),
    workloads: { rapidtide: { ...defaultLab.workloads!.rapidtide, pools: ['mine', 'x86-spot'] } },
  });
  const pool = Object.keys(before).filter(id => id.startsWith('Poolmine'));
  expect(pool.length).toBeGreaterThan(2);
  for (const id of pool) expect(two[id]).toEqual(before[id]);
});
