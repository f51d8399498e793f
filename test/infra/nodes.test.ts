import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { pypeliner } from '../../jobs/pypeliner/spec.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { resolveMounts } from '../../lib/config/resolve-mounts.ts';
import type { LabError } from '../../lib/contract/workload/errors.ts';
import type { StepSpec, WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { buildApp } from '../../lib/infra/lab-app.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { checkTemplate } from '../../lib/rules/check-template.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { cdkApp } from '../helpers/cdk-app.ts';
import { root } from '../helpers/project.ts';

/** A solver on four hosts, and a step on one that looks at its result. */
const solver: WorkloadSpec = {
  name: 'solver',
  title: 'a solver',
  item: { one: 'mesh', many: 'meshes' },
  parameters: [],
  resources: { vcpus: 8, memoryMiB: 16_000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-near', 'x86-ondemand'],
  image: { context: 'containers/rapidtide', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 1,
  kinds: { wide: { nodes: 4 } },
  steps: [
    { name: 'solve', takes: 'item', kind: 'wide', pool: 'x86-near' },
    { name: 'look', takes: 'item', dependsOn: ['solve'], pool: 'x86-ondemand' },
  ],
};
const image = (name: string): string => `public.ecr.aws/lab/${name}@sha256:${'a'.repeat(64)}`;
const input: LabConfigInput = {
  network: 'private-nat',
  datasets: { refs: { bucket: 'lab-references', access: 'role' } },
  pools: { 'x86-near': { architecture: 'x86_64', market: 'on-demand', instanceTypes: ['c7i.4xlarge'] } },
  workloads: {
    solver: { image: image('solver') },
    pypeliner: {
      image: image('flows'),
      kinds: { bwa: { image: image('bwa') } },
      datasets: { '/data_in': 'refs' },
    },
  },
};
const outdir = mkdtempSync(join(tmpdir(), 'lab-nodes-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
const config = resolveConfig(input, [solver, pypeliner]);
const { stack } = buildApp(config, [solver, pypeliner], root, cdkApp(outdir));
const template = Template.fromStack(stack);

it('jobs of several nodes have a definition of one open range', () => {
  template.hasResourceProperties('AWS::Batch::JobDefinition', {
    JobDefinitionName: 'arraylab-lab-solver-wide-x86',
    Type: 'multinode',
    ContainerProperties: Match.absent(),
    NodeProperties: {
      MainNode: 0,
      NumNodes: 4,
      NodeRangeProperties: [{ TargetNodes: '0:', Container: Match.objectLike({ Privileged: false }) }],
    },
  });
  template.hasResourceProperties('AWS::Batch::JobDefinition', {
    JobDefinitionName: 'arraylab-lab-solver-x86',
    Type: 'container',
  });
});

it('their hosts alone are near each other, in one zone, and let each other in', () => {
  const environments = Object.entries(template.findResources('AWS::Batch::ComputeEnvironment'));
  const near = environments.filter(([, each]) => each.Properties.ComputeResources.PlacementGroup);
  expect(near.map(([id]) => id)).toEqual([expect.stringMatching(/^Poolx86near/)]);
  const { Subnets, SecurityGroupIds } = near[0]![1].Properties.ComputeResources;
  expect([Subnets.length, SecurityGroupIds.length]).toEqual([1, 2]);
  template.hasResourceProperties('AWS::EC2::PlacementGroup', { Strategy: 'cluster' });
  const ingress = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
  expect(ingress.map(each => [each.Properties.GroupId, each.Properties.SourceSecurityGroupId])).toEqual([
    [SecurityGroupIds[1], SecurityGroupIds[1]],
  ]);
});

it('no rule is broken, and the twin reads it', () => {
  expect(checkTemplate(template.toJSON(), undefined)).toEqual([]);
  const { jobDefinitions } = readTwinStack(template.toJSON(), {
    region: 'us-east-1',
    account: '000000000000',
    stackName: 'arraylab-lab',
  });
  expect(jobDefinitions.map(({ name, nodes, vcpus }) => [name, nodes, vcpus]).sort()).toEqual([
    ['arraylab-lab-pypeliner-bwa-x86', undefined, 1],
    ['arraylab-lab-pypeliner-x86', undefined, 1],
    ['arraylab-lab-solver-wide-x86', 4, 8],
    ['arraylab-lab-solver-x86', undefined, 8],
  ]);
});

it('kinds that lab.config.ts lists are what the nameless one is, in images of their own', () => {
  const images = Object.values(template.findResources('AWS::Batch::JobDefinition'))
    .filter(each => /pypeliner/.test(each.Properties.JobDefinitionName))
    .map(each => each.Properties.ContainerProperties.Image as string);
  expect(images.sort()).toEqual([image('bwa'), image('flows')]);
  expect(() =>
    resolveConfig({ ...input, workloads: { solver: { kinds: { bwa: {} } } } }, [solver, pypeliner]),
  ).toThrow('has no kind of jobs "bwa"');
});

it('reference data that lab.config.ts names is mounted by all of them, and needs none where it does not', () => {
  const definitions = Object.values(template.findResources('AWS::Batch::JobDefinition')).filter(each =>
    /pypeliner/.test(each.Properties.JobDefinitionName),
  );
  for (const { Properties } of definitions) {
    const { Privileged, Environment } = Properties.ContainerProperties;
    expect(Privileged).toBe(true);
    expect(Environment).toContainEqual({ Name: 'REFERENCE_BUCKET', Value: 'lab-references' });
  }
  const without = resolveConfig({ workloads: { pypeliner: {} } }, [pypeliner]);
  expect(resolveMounts(without, pypeliner)).toEqual({});
});

it('each of its items is a job of its own, never a child of an array', () => {
  const items = ['a', 'b', 'c'].map(name => ({ name }));
  const { plan } = planRound({
    spec: solver,
    config,
    request: { workload: 'solver', parameters: {} },
    runId: 'r',
    round: 0,
    now: new Date(0),
    queues: { 'x86-near': 'near', 'x86-ondemand': 'queue' },
    work: { solve: [{ items }], look: [{ items }] },
  });
  const [solve, look] = plan.steps;
  expect(solve!.arrays.map(each => each.size)).toEqual([1, 1, 1]);
  expect(solve!.lanes).toMatchObject([{ nodes: 4, jobQueue: 'near' }]);
  expect([look!.arrays.map(each => each.size), look!.lanes[0]?.nodes]).toEqual([[3], undefined]);
});

const problemsOf = (given: LabConfigInput, spec = solver): string => {
  try {
    resolveConfig(given, [spec, pypeliner]);
    return '';
  } catch (error) {
    return (error as LabError).message;
  }
};
const withSteps = (steps: readonly StepSpec[]): WorkloadSpec => ({ ...solver, steps });

it.each<[string, string, string]>([
  [
    'spot hosts',
    problemsOf({ ...input, pools: { 'x86-near': { ...input.pools!['x86-near']!, market: 'spot' } } }),
    'x86-near has spot hosts',
  ],
  ['no way out', problemsOf({ ...input, network: 'public' }), 'have several nodes'],
  ['one node', problemsOf(input, { ...solver, kinds: { wide: { nodes: 1 } } }), 'kinds.wide.nodes'],
  [
    'steps that go shard by shard',
    problemsOf(
      input,
      withSteps([solver.steps[0]!, { ...solver.steps[1]!, dependsOn: [{ step: 'solve', when: 'each' }] }]),
    ),
    'step look goes shard by shard with solve',
  ],
])('%s: refused when the configuration is read', (_, message, words) => {
  expect(message).toContain(words);
});
