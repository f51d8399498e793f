import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { workloads } from '../../jobs/index.ts';
import { explainFailures } from '../../lib/cli/stack/explain-failure.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { buildApp } from '../../lib/infra/lab-app.ts';
import { decide } from '../../lib/twin/iam/decide.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { cdkApp } from '../helpers/cdk-app.ts';
import { root } from '../helpers/project.ts';
import { defaultLab, labApp } from '../rules/synthesized.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const jobs = (input: LabConfigInput): readonly Record<string, Record<string, unknown>>[] =>
  Object.values(Template.fromStack(labApp(input).stack).findResources('AWS::Batch::JobDefinition')).map(
    each => each.Properties.ContainerProperties,
  );

it('jobs are told their region by their definition, for neither Batch nor an older agent of ECS does', () => {
  for (const { Environment } of jobs({ ...defaultLab, region: 'eu-central-1' }))
    expect(Environment).toEqual(
      expect.arrayContaining(
        ['AWS_DEFAULT_REGION', 'AWS_REGION'].map(Name => ({ Name, Value: 'eu-central-1' })),
      ),
    );
});

it.each([
  ['us-east-1', 7200],
  ['cn-northwest-1', 360],
])(
  'environments in %s go before their routes, and update when jobs have had the most that Batch gives: %i minutes',
  (region, minutes) => {
    const stack = Template.fromStack(labApp({ ...defaultLab, region }).stack);
    const routes = Object.keys(stack.findResources('AWS::EC2::Route'));
    expect(routes.length).toBeGreaterThan(0);
    const environments = Object.values(stack.findResources('AWS::Batch::ComputeEnvironment'));
    expect(environments.length).toBeGreaterThan(0);
    for (const { DependsOn, Properties } of environments) {
      expect(DependsOn).toEqual(expect.arrayContaining(routes));
      expect(Properties.UpdatePolicy.JobExecutionTimeoutMinutes).toBe(minutes);
    }
  },
);

it('the device of mounts has its permissions written out', () => {
  const fuse = { HostPath: '/dev/fuse', ContainerPath: '/dev/fuse', Permissions: ['READ', 'WRITE', 'MKNOD'] };
  const found = jobs(defaultLab);
  expect(found).toHaveLength(2);
  for (const { LinuxParameters } of found) expect(LinuxParameters!.Devices).toEqual([fuse]);
});

describe('an output bucket of another account', () => {
  const account = '111122223333';
  const json = Template.fromStack(labApp({ ...defaultLab, existingOutputBucket: 'theirs' }).stack).toJSON();
  const { rights } = readTwinStack(json, { region: 'us-east-1', account });
  const [, { policies }] = [...rights.roles].find(([name]) => /rapidtide/i.test(name))!;
  const may = (action: string, key: string): boolean =>
    decide(policies, {
      principal: { arn: `arn:aws:sts::${account}:assumed-role/jobs/x`, account },
      action,
      resource: `arn:aws:s3:::${key}`,
      // The bucket's account, which is not the lab's.
      context: { 'aws:resourceaccount': '999999999999', 's3:resourceaccount': '999999999999' },
    }).isAllowed;

  it('takes what raw jobs write anywhere but in runs of others and scripts, and in no other bucket', () => {
    expect(may('s3:PutObject', 'theirs/hcp/sub-1/map.nii.gz')).toBe(true);
    expect(may('s3:PutObject', 'theirs/runs/rapidtide/x')).toBe(true);
    expect(may('s3:PutObject', 'theirs/runs/other/x')).toBe(false);
    expect(may('s3:PutObject', 'theirs/config/my.sh')).toBe(false);
    expect(may('s3:PutObject', 'elsewhere/hcp/sub-1/map.nii.gz')).toBe(false);
  });
});

it('a permissions boundary that the project names is on every role of the stack', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'lab-boundary-'));
  folders.push(outdir);
  const { stack } = buildApp(
    resolveConfig({ ...defaultLab, imageBuild: 'codebuild' }, workloads),
    workloads,
    root,
    cdkApp(outdir, { context: { '@aws-cdk/core:permissionsBoundary': { name: 'people-made' } } }),
  );
  const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  expect(roles.length).toBeGreaterThan(4);
  for (const { Properties } of roles)
    expect(JSON.stringify(Properties.PermissionsBoundary)).toContain(':policy/people-made');
});

it.each([
  ['Cannot have more than 0 builds in queue for the account', 'AWS Support'],
  ['Instance type can only be one of [m6g.xlarge, …]', 'npx lab doctor names it'],
])('a stack that failed for “%s” says what helps', (statusReason, words) => {
  const [problem] = explainFailures(
    [
      {
        logicalId: 'X',
        type: 'AWS::Batch::ComputeEnvironment',
        status: 'CREATE_FAILED',
        statusReason,
      } as never,
    ],
    'us-east-1',
  );
  expect([problem!.message, problem!.fix]).toEqual([statusReason, expect.stringContaining(words)]);
});
