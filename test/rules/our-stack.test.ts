import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { CfnResource, Validations } from 'aws-cdk-lib';
import { inputsOf, type LabSource } from '../../lib/build/inputs.ts';
import { defaultPools } from '../../lib/config/default-pools.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import type { LabStack } from '../../lib/infra/lab-stack.ts';
import { checkTemplate } from '../../lib/rules/check-template.ts';
import { readRuleTemplate } from '../../lib/rules/reading/template.ts';
import { appInProcess } from '../helpers/app-in-process.ts';
import { defaultLab, labApp, root, synthesize } from './synthesized.ts';

const image = 'public.ecr.aws/rapidtide/rapidtide:v3.2.0';
const hcp = { bucket: 'hcp-openaccess', access: 'keys' } as const;

/** Labs that differ in what rules look at. */
const labs: Record<string, LabConfigInput> = {
  'every default pool, another region': {
    name: 'all',
    region: 'eu-central-1',
    datasets: { d: { bucket: 'some-bucket', access: 'role', prefix: 'a/' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'd' }, pools: Object.keys(defaultPools) } },
  },
  'a bucket, a secret and an image that are there already': {
    existingOutputBucket: 'my-bucket',
    datasets: { hcp: { ...hcp, existingSecret: 'theirs' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, image } },
  },
  'a secret by ARN, a public dataset': {
    datasets: {
      hcp: { ...hcp, existingSecret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:theirs-AbCdEf' },
      open: { bucket: 'open-bucket', access: 'public' },
    },
    workloads: { rapidtide: { datasets: { '/data_in': 'open' } } },
  },
  'pools of the lab’s own, the smallest job': {
    datasets: { hcp: { ...hcp, access: 'requester-pays' } },
    pools: {
      small: { architecture: 'arm64', instanceTypes: ['c7g.large'], maxvCpus: 4, scratch: { sizeGiB: 50 } },
      fast: {
        architecture: 'x86_64',
        market: 'spot',
        instanceTypes: ['m7i.large'],
        scratch: { sizeGiB: 1000, iops: 16_000, throughputMiBps: 1000 },
      },
    },
    workloads: {
      rapidtide: {
        datasets: { '/data_in': 'hcp' },
        pools: ['small', 'fast'],
        resources: { vcpus: 1, memoryMiB: 1024, timeoutSeconds: 600, attempts: 1 },
      },
    },
  },
};

it.each(Object.entries(labs))('finds nothing in a lab with %s', (_, input) => {
  const { json, imageArchitectures } = synthesize(input);
  expect(checkTemplate(json, imageArchitectures)).toEqual([]);
});

it('knows what our images are built for, and which queues our jobs go to', () => {
  const { json, imageArchitectures } = synthesize(defaultLab);
  expect([...imageArchitectures.values()].sort()).toEqual(['arm64', 'x86_64']);
  const { resources } = readRuleTemplate(json);
  for (const [start, queue] of [
    ['Jobrapidtidearm64', 'Poolarm64ondemandQueue'],
    ['Jobrapidtidex86', 'Poolx86ondemandQueue'],
  ] as const) {
    const job = [...resources.values()].find(each => each.id.startsWith(start))!;
    expect(job.metadata.ArraylabQueues).toEqual([expect.stringMatching(new RegExp(`^${queue}`))]);
  }
});

/** The first resource of a type. */
const find = (stack: LabStack, type: string): CfnResource =>
  stack.node
    .findAll()
    .find((each): each is CfnResource => CfnResource.isCfnResource(each) && each.cfnResourceType === type)!;

it('a synth of our stack fails on a finding, and says what, where and how to put it right', () => {
  const { app, stack, templatePath } = labApp(defaultLab);
  const environment = find(stack, 'AWS::Batch::ComputeEnvironment');
  environment.addPropertyOverride('ComputeResources.Ec2Configuration.0.ImageType', 'ECS_AL2');
  let said = '';
  try {
    app.synth();
  } catch (error) {
    said = String(error);
  }
  expect(said).toContain('Amazon Linux 2 is out of support');
  expect(said).toContain(environment.node.path);
  expect(said).toContain('"ImageType": "ECS_AL2023"');
  expect(existsSync(templatePath)).toBe(true);
});

it('a finding that is acknowledged with a reason, beside its construct, lets the synth through', () => {
  const { app, stack, templatePath } = labApp(defaultLab);
  const environment = find(stack, 'AWS::Batch::ComputeEnvironment');
  environment.addPropertyOverride('ComputeResources.MinvCpus', 8);
  Validations.of(environment).acknowledge({ id: 'Arraylab::idle-hosts', reason: 'a course, this week' });
  expect(() => app.synth()).not.toThrow();
  expect(existsSync(join(templatePath, '..', 'validation-report.json'))).toBe(true);
});

describe('cdk’s own command line in a fresh clone', () => {
  let folder: string;
  let clone: string;
  let source: LabSource;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lab-clone-'));
    clone = join(folder, 'clone');
    const configFile = join(folder, 'lab.json');
    // A pool that is too small for one job: well-formed, and every job would wait for ever.
    const pools = { tiny: { architecture: 'arm64', instanceTypes: ['m7g.4xlarge'], maxvCpus: 4 } };
    const workload = { datasets: { '/data_in': 'hcp' }, pools: ['tiny'] };
    writeFileSync(configFile, JSON.stringify({ ...defaultLab, pools, workloads: { rapidtide: workload } }));
    source = { projectRoot: root, configFile, lab: 'lab', contexts: ['containers/rapidtide'] };
    // All that a synth is said to read, and no file more.
    for (const path of await inputsOf(source))
      if (!relative(root, path).startsWith('..')) cpSync(path, join(clone, relative(root, path)));
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('bundles by itself, deploys no old bundle, and says on a finding what, where and how to put it right', async () => {
    const bundle = 'dist/containers/rapidtide.mjs';
    mkdirSync(join(clone, bundle, '..'), { recursive: true });
    writeFileSync(join(clone, bundle), 'an old bundle');
    const out = join(folder, 'cdk.out');
    const bin = (name: string): string => join(clone, 'node_modules', name);
    const synth = () =>
      execFileSync(
        bin('node/bin/node'),
        [
          ...[bin('aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '-o', out],
          ...['-c', `lab=${source.lab}`, '-c', `config=${source.configFile}`],
        ],
        {
          cwd: clone,
          encoding: 'utf8',
          stdio: 'pipe',
          env: {
            ...process.env,
            PATH: [bin('.bin'), process.env.PATH].join(delimiter),
            CDK_DISABLE_CLI_TELEMETRY: 'true',
            // CDK's own, of which nothing is asked here: every synth of infra's tests is held to it, and npm run check.
            CDK_VALIDATION: 'false',
          },
        },
      );
    expect(synth).toThrow(
      expect.objectContaining({
        status: 1,
        stderr: expect.stringMatching(
          /8 vCPUs: environments of Pooltiny\w+ may have 4 \(Arraylab\)[\s\S]*Suggested fix: a larger MaxvCpus/,
        ),
      }),
    );
    const [asset] = globSync('asset.*/dist/containers/rapidtide.mjs', { cwd: out });
    const deployed = readFileSync(join(out, asset!));
    // The other tests' app, which starts no process, makes the same.
    const here = join(folder, 'here');
    await expect(appInProcess(source, here)).rejects.toThrow('may have 4');
    expect(deployed).toEqual(readFileSync(join(root, bundle)));
    const template = 'arraylab-lab.template.json';
    expect(readFileSync(join(here, template), 'utf8')).toBe(readFileSync(join(out, template), 'utf8'));
  });
});
