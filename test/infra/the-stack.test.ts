import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { idleCosts, idleCostText } from '../../lib/build/idle-cost.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { instanceType, usableMemoryMiB } from '../../lib/contract/hosts/instance-types.ts';
import { defaultLab, labApp, root } from '../rules/synthesized.ts';

const text = readFileSync(join(root, 'docs/the-stack.md'), 'utf8');

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Record<string, unknown>;
}
const made = (more: Partial<LabConfigInput> = {}): Resource[] =>
  Object.values(
    Template.fromStack(labApp({ ...defaultLab, ...more }).stack).toJSON().Resources as Record<
      string,
      Resource
    >,
  );
const stack = made();
const count = (type: string, resources = stack): number =>
  resources.filter(each => each.Type === type).length;

it('the table of the default lab counts what is in its template', () => {
  const rows = [...text.matchAll(/^\| `(AWS::\S+)`.*\| (\d)\D.*\|/gm)].map(found => [
    found[1],
    Number(found[2]),
  ]);
  const fixed = ['AWS::S3::Bucket', 'AWS::Logs::LogGroup', 'AWS::IAM::ManagedPolicy', 'AWS::EC2::VPC'];
  for (const type of [...fixed, 'AWS::SecretsManager::Secret', 'AWS::Events::Rule'])
    expect(rows).toContainEqual([type, count(type)]);
  // One of each for the two pools, and the two architectures.
  for (const type of ['JobQueue', 'ComputeEnvironment', 'JobDefinition'])
    expect(count(`AWS::Batch::${type}`)).toBe(2);
  expect(count('AWS::IAM::Role')).toBe(4);
});

it('what stays after destroy is what the table says', () => {
  const kept = stack.filter(
    each => each.DeletionPolicy?.startsWith('Retain') && each.Type !== 'AWS::S3::BucketPolicy',
  );
  expect(kept.map(each => each.Type).sort()).toEqual([
    'AWS::IAM::ManagedPolicy',
    'AWS::Logs::LogGroup',
    'AWS::Logs::LogGroup',
    'AWS::S3::Bucket',
    'AWS::S3::Bucket',
  ]);
});

it('nothing that is paid for by the hour is in the default lab', () => {
  expect([count('AWS::EC2::NatGateway'), count('AWS::EC2::EIP')]).toEqual([0, 0]);
  const endpoints = stack.filter(each => each.Type === 'AWS::EC2::VPCEndpoint');
  expect(endpoints.filter(each => each.Properties.VpcEndpointType === 'Interface')).toEqual([]);
  for (const each of stack.filter(one => one.Type === 'AWS::Batch::ComputeEnvironment'))
    expect(each.Properties.ComputeResources).toMatchObject({ MinvCpus: 0 });
});

it('private networks cost what the document says, at its prices', () => {
  const nat = made({ network: 'private-nat' });
  const hours = 730;
  expect([count('AWS::EC2::NatGateway', nat), count('AWS::EC2::EIP', nat)]).toEqual([1, 1]);
  expect(text).toContain(`| ${((0.045 + 0.005) * hours).toFixed(2)} |`);
  const interfaces = (more: Partial<LabConfigInput>): unknown[] =>
    made({ network: 'private-endpoints', ...more })
      .filter(each => each.Properties?.VpcEndpointType === 'Interface')
      .flatMap(each => each.Properties.SubnetIds as unknown[]);
  const asRole = { datasets: { hcp: { bucket: 'some-bucket', access: 'role' as const } } };
  for (const [endpoints, zones] of [
    [7, interfaces(asRole)],
    [8, interfaces({})],
  ] as const) {
    expect(zones).toHaveLength(endpoints * 2);
    expect(text).toContain((endpoints * 2 * 0.01 * hours).toFixed(2));
  }
});

it('npm run synth says what the document says, of each network', () => {
  const said = (more: Partial<LabConfigInput> = {}): string =>
    idleCostText(
      idleCosts(
        Template.fromStack(labApp({ ...defaultLab, ...more }).stack).toJSON().Resources as object as Record<
          string,
          unknown
        >,
      ),
    );
  expect(said()).toBe('about 0.40 USD a month while nothing runs (1 secret)');
  expect(said({ network: 'private-nat', compliance: 'hipaa' })).toBe(
    `about ${(0.4 + 36.5 + 1).toFixed(2)} USD a month while nothing runs (1 secret, 1 NAT gateway, 1 address, 1 key)`,
  );
  expect(said({ network: 'private-endpoints' })).toBe(
    `about ${(0.4 + 116.8).toFixed(2)} USD a month while nothing runs (1 secret, 16 interface endpoints in a zone)`,
  );
  expect(idleCostText(idleCosts({ Jobs: { Type: 'AWS::Batch::JobQueue' } }))).toBe(
    'nothing while nothing runs',
  );
});

it('a host has the volumes and the memory that the document counts with', () => {
  for (const each of stack.filter(one => one.Type === 'AWS::EC2::LaunchTemplate')) {
    const { BlockDeviceMappings } = each.Properties.LaunchTemplateData as {
      BlockDeviceMappings: { Ebs: { VolumeSize: number } }[];
    };
    expect(BlockDeviceMappings.map(one => one.Ebs.VolumeSize)).toEqual([100, 200]);
  }
  const { ContainerProperties } = stack.find(each => each.Type === 'AWS::Batch::JobDefinition')!
    .Properties as {
    ContainerProperties: { ResourceRequirements: { Type: string; Value: string }[] };
  };
  expect(ContainerProperties.ResourceRequirements).toEqual(
    expect.arrayContaining([
      { Type: 'VCPU', Value: '8' },
      { Type: 'MEMORY', Value: '62000' },
    ]),
  );
  for (const name of ['r7g.2xlarge', 'm7g.4xlarge']) {
    const host = instanceType(name)!;
    expect(Math.floor(usableMemoryMiB(host) / 62_000)).toBe(1);
  }
});
