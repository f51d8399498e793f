import { readFileSync } from 'node:fs';
import { workloads } from '../../jobs/index.ts';
import { defaultPools } from '../../lib/config/default-pools.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { stackName } from '../../lib/contract/workload/metadata.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { labApp } from '../rules/synthesized.ts';
import { choices, covering, illegal, labOf, legal, pairs, refusal, title, workloadsOf } from './modes.ts';

interface Template {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  readonly Outputs: Record<string, unknown>;
}

/** Synthesized with all packs and rules: a finding throws. */
function synthesized(
  input: Parameters<typeof labApp>[0],
  options: Parameters<typeof labApp>[1] = {},
): { readonly text: string; readonly json: Template } {
  const { app, templatePath } = labApp(input, options);
  app.synth();
  const text = readFileSync(templatePath, 'utf8');
  return { text, json: JSON.parse(text) as Template };
}

it('the modes that are synthesized hold every legal pair of choices', () => {
  expect(new Set(covering.flatMap(pairs))).toEqual(new Set(legal.flatMap(pairs)));
  expect(legal).toHaveLength(39);
});

it('and each workload is on with each choice', () => {
  const all = new Set(legal.flatMap(choices));
  for (const spec of workloads) {
    const modes = covering.filter(mode => workloadsOf.get(mode)!.includes(spec));
    expect([spec.name, new Set(modes.flatMap(choices))]).toEqual([spec.name, all]);
  }
  for (const on of workloadsOf.values()) expect(on).not.toHaveLength(0);
});

it.each(covering.map(mode => [title(mode), mode] as const))(
  'synthesizes without a finding, within CloudFormation’s limits, and for the twin: %s',
  (_, mode) => {
    const on = workloadsOf.get(mode)!;
    const { text, json } = synthesized(labOf(mode, on));
    withinLimits(text, json, 'lab');
    const { queues, jobDefinitions } = readTwinStack(json, { region: 'us-east-1', account: '000000000000' });
    expect(queues.length).toBeGreaterThan(0);
    expect(jobDefinitions.length).toBeGreaterThanOrEqual(on.length);
  },
);

it.each(illegal.map(mode => [title(mode), mode] as const))('refuses, before any synth: %s', (_, mode) => {
  expect(() => resolveConfig(labOf(mode), workloads)).toThrow(refusal(mode));
});

it('the largest lab is within limits: every pool for every workload, a secret for each of twenty datasets', () => {
  const base = labOf({ network: 'private-endpoints', compliance: 'nist-800-53-r5', access: 'keys' });
  const { text, json } = synthesized(
    {
      ...base,
      name: 'a-name-as-long-as-can',
      datasets: {
        ...base.datasets,
        ...Object.fromEntries(
          Array.from({ length: 19 }, (_, n) => [`d${n}`, { bucket: `bucket-${n}`, access: 'keys' as const }]),
        ),
      },
      // Room for as many jobs as a host holds, of whatever workload.
      pools: Object.fromEntries(
        Object.entries(defaultPools)
          .filter(([, { scratch }]) => scratch !== 'instance-store')
          .map(([name]) => [name, { scratch: { sizeGiB: 1000 } }]),
      ),
      workloads: Object.fromEntries(
        workloads.map(spec => [
          spec.name,
          {
            ...base.workloads![spec.name],
            pools: Object.entries(defaultPools)
              .filter(([, pool]) => spec.image.architectures.includes(pool.architecture))
              .map(([name]) => name)
              .filter(name => mayShare(spec, name)),
          },
        ]),
      ),
    },
    { isValidated: true },
  );
  withinLimits(text, json, 'a-name-as-long-as-can');
});

/** No host has both what is root on it and what may delete: here these have pools with scratch, and those the others. */
function mayShare(spec: WorkloadSpec, pool: string): boolean {
  const rights = [spec.rights ?? {}, ...Object.values(spec.kinds ?? {}).map(kind => kind.rights ?? {})];
  const deletes = rights
    .flatMap(each => Object.values(each))
    .flat()
    .some(right => right === 'delete' || right === 'delete-versions');
  return /scratch|archive/.test(pool) ? spec.privileged === undefined : !deletes;
}

/**
 * docs.aws.amazon.com/AWSCloudFormation "Understand CloudFormation quotas": 1 MB of template that is uploaded, 500 resources, 200
 * outputs, 200 parameters. More than 51,200 bytes are no request's body, but CDK uploads templates of any size.
 * docs.aws.amazon.com/IAM "IAM and AWS STS quotas": a managed policy has 6,144 characters without white space, a role's inline
 * policies together 10,240.
 */
function withinLimits(text: string, { Resources, Outputs }: Template, lab: string): void {
  expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
  expect(Object.keys(Resources).length).toBeLessThanOrEqual(500);
  expect(Object.keys(Outputs).length).toBeLessThanOrEqual(200);
  for (const { Type, Properties } of Object.values(Resources)) {
    const most = { 'AWS::IAM::ManagedPolicy': 6144, 'AWS::IAM::Policy': 10_240 }[Type];
    if (most) expect(deployedLength(Properties.PolicyDocument, stackName(lab))).toBeLessThanOrEqual(most);
  }
}

/** Length of a document with its intrinsics replaced by names as long as AWS makes them. */
function deployedLength(document: unknown, stack: string): number {
  // These labs are in us-east-1; member-policy.test.ts has one where names are longest.
  const pseudo: Record<string, number> = {
    'AWS::AccountId': 12,
    'AWS::Partition': 'aws'.length,
    'AWS::Region': 'us-east-1'.length,
    'AWS::StackName': stack.length,
  };
  const longestName = 128;
  const longest = 'arn:aws:batch:us-east-1:111122223333:job-queue/'.length + longestName;
  const flat = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(flat);
    if ('Ref' in value) return 'x'.repeat(pseudo[String(value.Ref)] ?? longestName);
    if ('Fn::GetAtt' in value) return 'x'.repeat(longest);
    if ('Fn::Join' in value) return (value['Fn::Join'] as [string, unknown[]])[1].map(flat).join('');
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, flat(each)]));
  };
  return JSON.stringify(flat(document)).replace(/\s/g, '').length;
}
