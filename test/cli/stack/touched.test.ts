import fc from 'fast-check';
import { atRisk } from '../../../lib/cli/stack/at-risk.ts';
import { readDeployedTemplate } from '../../../lib/cli/stack/deployed-template.ts';
import { type Touched, touchedEnvironments } from '../../../lib/cli/stack/touched.ts';
import type { LabConfigInput } from '../../../lib/config/define-lab.ts';
import type { LiveJob } from '../../../lib/contract/ports/stack.ts';
import { rapidtideLab } from '../../helpers/rapidtide-lab.ts';
import { synthesize, type TemplateJson } from './fake-lab.ts';

const before = synthesize(rapidtideLab);
const touched = (after: TemplateJson, from = before): readonly Touched[] =>
  touchedEnvironments(readDeployedTemplate(from), readDeployedTemplate(after), () => false);
const arm = { environment: expect.stringContaining('arm64'), how: 'updated', graceMinutes: 7200 };

it.each<[string, LabConfigInput, unknown]>([
  ['nothing', {}, []],
  ['the retention of logs', { logRetentionDays: 365 }, []],
  ['how many vCPUs a pool may have', { pools: { 'arm64-ondemand': { maxvCpus: 64 } } }, []],
  [
    'a job’s memory',
    { workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, resources: { memoryMiB: 30_000 } } } },
    [],
  ],
  [
    'the scratch volume',
    { pools: { 'arm64-ondemand': { scratch: { sizeGiB: 500 } } } },
    [{ ...arm, changes: ['LaunchTemplate BlockDeviceMappings'] }],
  ],
  [
    'instance types',
    { pools: { 'arm64-ondemand': { instanceTypes: ['r7g.4xlarge'] } } },
    [{ ...arm, changes: ['InstanceTypes'] }],
  ],
  [
    'the pools of the workload',
    { workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['x86-ondemand'] } } },
    [{ ...arm, how: 'removed', graceMinutes: 0, changes: ['is taken away'] }],
  ],
])('a change of %s touches the hosts that it replaces', (_what, change, expected) => {
  expect(touched(synthesize({ ...rapidtideLab, ...change }))).toEqual(expected);
});

const environmentId = Object.keys(before.Resources).find(
  id => before.Resources[id]!.Type === 'AWS::Batch::ComputeEnvironment' && id.includes('arm64'),
)!;
const changed = (change: (copy: TemplateJson) => void, from = before): TemplateJson => {
  const copy = JSON.parse(JSON.stringify(from)) as TemplateJson;
  change(copy);
  return copy;
};

it('a subnet that is replaced touches every environment in it; its tags do not', () => {
  const subnet = Object.keys(before.Resources).find(id => before.Resources[id]!.Type === 'AWS::EC2::Subnet')!;
  const moved = changed(copy => {
    copy.Resources[subnet]!.Properties.CidrBlock = '10.9.0.0/24';
  });
  expect(touched(moved).map(each => each.changes)).toEqual([['Subnet'], ['Subnet']]);
  const tagged = changed(copy => {
    copy.Resources[subnet]!.Properties.Tags = [];
  });
  expect(touched(tagged)).toEqual([]);
});

it('a machine image that SSM names touches its environment when there is a newer one', () => {
  const withImage = changed(copy => {
    Object.assign(copy, {
      Parameters: { Ami: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/ami' } },
    });
    const compute = copy.Resources[environmentId]!.Properties.ComputeResources as Record<string, unknown>;
    compute.Ec2Configuration = [{ ImageType: 'ECS_AL2023', ImageIdOverride: { Ref: 'Ami' } }];
  });
  const template = readDeployedTemplate(withImage);
  expect(touchedEnvironments(template, template, () => false)).toEqual([]);
  expect(touchedEnvironments(template, template, name => name === 'Ami')).toEqual([
    { ...arm, changes: ['/ami'] },
  ]);
});

it.each([
  ['TerminateJobsOnUpdate', { TerminateJobsOnUpdate: true, JobExecutionTimeoutMinutes: 360 }, 0],
  ['no policy', undefined, 30],
  ['a longer one', { JobExecutionTimeoutMinutes: 7200 }, 7200],
])('how long a job may go on is what the new template’s update policy says: %s', (_name, policy, minutes) => {
  const after = changed(copy => {
    copy.Resources[environmentId]!.Properties.UpdatePolicy = policy;
    (copy.Resources[environmentId]!.Properties.ComputeResources as Record<string, unknown>).Type = 'SPOT';
  });
  expect(touched(after)[0]!.graceMinutes).toBe(minutes);
});

it('a job is at risk exactly when it runs and its timeout reaches past the limit', () => {
  const template = readDeployedTemplate(before);
  const queueId = Object.keys(before.Resources).find(
    id => before.Resources[id]!.Type === 'AWS::Batch::JobQueue' && id.includes('arm64'),
  )!;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 7200 }),
      fc.option(fc.integer({ min: 60, max: 1_000_000 }), { nil: undefined }),
      fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
      (graceMinutes, timeoutSeconds, runningFor) => {
        const now = 2_000_000_000;
        const latestStart = runningFor === undefined ? undefined : now - runningFor * 1000;
        const job: LiveJob = {
          jobId: 'j',
          jobName: 'j',
          status: 'RUNNING',
          counts: { RUNNING: 1 },
          ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
          ...(latestStart === undefined ? {} : { latestStart }),
        };
        const change: Touched = { environment: environmentId, how: 'updated', changes: [], graceMinutes };
        const risky = atRisk(new Map([[queueId, [job]]]), [change], template, now).length > 0;
        const remaining = timeoutSeconds === undefined ? Infinity : timeoutSeconds - (runningFor ?? 0);
        expect(risky).toBe(runningFor !== undefined && remaining > graceMinutes * 60);
        // With its environment taken away, every job is.
        expect(
          atRisk(new Map([[queueId, [job]]]), [{ ...change, how: 'removed' }], template, now),
        ).toHaveLength(1);
      },
    ),
  );
});

it('a template of any shape is read without breaking', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      touchedEnvironments(readDeployedTemplate(a), readDeployedTemplate({ Resources: b }), () => true);
      touchedEnvironments(
        readDeployedTemplate({ Resources: { E: { Type: 'AWS::Batch::ComputeEnvironment', Properties: a } } }),
        readDeployedTemplate({ Resources: { E: { Type: 'AWS::Batch::ComputeEnvironment', Properties: b } } }),
        () => true,
      );
    }),
  );
});
