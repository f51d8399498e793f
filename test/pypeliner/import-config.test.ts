import fc from 'fast-check';
import { parse } from 'yaml';
import { configText, importConfig } from '../../jobs/pypeliner/import-config.ts';
import { pypeliner } from '../../jobs/pypeliner/spec.ts';
import { defineLab, type LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';

/** As the documentation of pypeliner's AWS queue has it. */
const old = `
storage_bucket: lab-pickles
workdir: /refdata/work
definition: { vcpus: 2, mem: 8000, command: [ls], job_role_arn: arn:aws:iam::1:role/x, env_vars: {A: b},
  readonlyRootFilesystem: false, privileged: true, type: container }
compute_environments:
  spot_env: { type: SPOT, minvCpus: 0, maxvCpus: 256, desiredvCpus: 4, instanceTypes: [r6i.2xlarge, r6i.4xlarge],
    imageId: ami-0123456789abcdef0, subnets: [subnet-1], securityGroupIds: [sg-1], ec2KeyPair: mine, instanceRole: r,
    tags: {lab: x}, placementGroup: , bidPercentage: 60, spotIamFleetRole: f, launchTemplate: , serviceRole: s }
  dedicated_env: { type: EC2, maxvCpus: 64, instanceTypes: [optimal] }
  left_over: { type: EC2, maxvCpus: 8 }
job_queues:
  spot: { queue_name_prefix: spot, priority: 1, computeEnvironment: spot_env }
  dedicated: { queue_name_prefix: dedicated, priority: 10, computeEnvironment: dedicated_env }
delete_job_queues: true
delete_compute_environments: false
surprise: 1
`;

it('what has a counterpart is a configuration that a lab takes', () => {
  const { lab } = importConfig(parse(old), 'old.yaml');
  expect(lab).toEqual({
    pools: {
      'x86-spot': {
        maxvCpus: 256,
        instanceTypes: ['r6i.2xlarge', 'r6i.4xlarge'],
        image: 'ami-0123456789abcdef0',
      },
      'x86-ondemand': { maxvCpus: 64 },
    },
    workloads: {
      pypeliner: { pools: ['x86-spot', 'x86-ondemand'], resources: { vcpus: 2, memoryMiB: 8000 } },
    },
  });
  const config = resolveConfig(lab as LabConfigInput, [pypeliner], {});
  expect(config.pools['x86-spot']).toMatchObject({ maxvCpus: 256, market: 'spot' });
});

it('what is printed is what it says', () => {
  const imported = importConfig(parse(old), 'old.yaml');
  const text = configText(imported).replace('export default ', 'return ');
  const read = new Function('defineLab', text) as (define: typeof defineLab) => unknown;
  expect(read(defineLab)).toEqual(imported.lab);
});

/** Every value of a tree that is not empty, by its path. */
function leaves(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return [path];
  // Maps of names to values, such as tags, are one line.
  if (/^(definition|compute_environments\.[^.]+)\.[^.]+$/.test(path)) return [path];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, path === '' ? key : `${path}.${key}`));
}

it('no line is dropped without a word, whatever the file holds', () => {
  const environment = fc.dictionary(
    fc.constantFrom('type', 'maxvCpus', 'instanceTypes', 'imageId', 'subnets', 'tags', 'odd'),
    fc.oneof(fc.constantFrom('SPOT', 'EC2', null, 7, 'optimal'), fc.array(fc.constant('a'))),
  );
  const file = fc.record({
    compute_environments: fc.dictionary(fc.constantFrom('a', 'b', 'c'), environment),
    job_queues: fc.record({
      spot: fc.record({ queue_name_prefix: fc.constant('s'), computeEnvironment: fc.constantFrom('a', 'b') }),
      dedicated: fc.record({ computeEnvironment: fc.constantFrom('b', 'nowhere'), odd: fc.constant(1) }),
    }),
    definition: fc.dictionary(fc.constantFrom('vcpus', 'mem', 'type', 'odd'), fc.constantFrom(1, null)),
    odd: fc.constant('x'),
  });
  fc.assert(
    fc.property(file, given => {
      const told = new Set(importConfig(given, 'old.yaml').lines.map(each => each.line));
      expect(leaves(given).filter(path => !told.has(path))).toEqual([]);
    }),
  );
});

it.each([
  ['a: 1', 'has no job_queues'],
  ['[1]', 'has to be a map'],
  ['', 'has to be a map'],
  ['job_queues: {spot: 3}', 'job_queues.spot'],
])('%j is refused', (text, words) => {
  expect(() => importConfig(parse(text), 'old.yaml')).toThrow(words);
});
