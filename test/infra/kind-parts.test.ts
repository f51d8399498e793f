import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { ambientNoise } from '../../jobs/ambient-noise/spec.ts';
import { contextsOf } from '../../lib/build/contexts.ts';
import type { LabConfigInput, WorkloadInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { KindSpec } from '../../lib/contract/workload/places.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { LabStack } from '../../lib/infra/lab-stack.ts';
import { cdkApp } from '../helpers/cdk-app.ts';
import { root } from '../helpers/project.ts';

/** Images are built from the folders of workloads that there are; nothing of them is run. */
const noise: WorkloadSpec = {
  name: 'noise',
  title: 'noise',
  item: { one: 'day', many: 'days' },
  parameters: [],
  resources: { vcpus: 2, memoryMiB: 4000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-ondemand', 'x86-scratch'],
  image: { context: 'containers/ambient-noise', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 10,
  shmMiB: 64,
  places: { archive: { describe: 'the archive' } },
  rights: { archive: ['list', 'read'] },
  secrets: { fdsn: { describe: 'login of the data centre', fields: ['username', 'password'] } },
  kinds: {
    stacker: { shmMiB: 512, scratchGiB: 20 },
    checker: {
      image: { context: 'containers/plate-archive', architectures: ['x86_64'] },
      rights: { archive: ['read'] },
      secrets: { token: { describe: 'a token' } },
    },
  },
  steps: [
    { name: 'day', takes: 'item' },
    {
      name: 'stack',
      takes: 'item',
      kind: 'stacker',
      pool: 'x86-scratch',
      dependsOn: ['day'],
      resources: { memoryMiB: 30_000 },
    },
    { name: 'check', takes: 'item', kind: 'checker', dependsOn: ['stack'] },
  ],
};
const archive = { bucket: 'archive-of-ours' };
const lab = (workload: WorkloadInput = {}, more: Partial<LabConfigInput> = {}): LabConfigInput => ({
  ...more,
  workloads: { noise: { places: { archive }, ...workload } },
});

const outdir = mkdtempSync(join(tmpdir(), 'lab-kind-parts-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
function synthesize(input: LabConfigInput) {
  const config = resolveConfig(input, [noise]);
  const props = { config, specs: [noise], projectRoot: root, env: { region: 'us-east-1' } };
  const folder = mkdtempSync(join(outdir, 'app-'));
  const app = cdkApp(folder);
  const template = Template.fromStack(new LabStack(app, 'arraylab-lab', props));
  const { dockerImages } = JSON.parse(readFileSync(join(folder, 'arraylab-lab.assets.json'), 'utf8')) as {
    readonly dockerImages: Record<string, { source: { dockerBuildArgs?: object } }>;
  };
  const definitions = Object.values(template.findResources('AWS::Batch::JobDefinition'));
  const jobs = Object.fromEntries(
    definitions.map(({ Properties, Metadata }) => {
      const container = Properties.ContainerProperties as Record<string, unknown>;
      const environment = container.Environment as { Name: string; Value: string }[];
      return [
        (Properties.JobDefinitionName as string).slice('arraylab-lab-noise-'.length, -'-x86'.length) ||
          'plain',
        {
          image: JSON.stringify(container.Image),
          bundle: Metadata.Arraylab.Bundle as string,
          shm: (container.LinuxParameters as { SharedMemorySize?: number }).SharedMemorySize,
          queues: (Metadata.ArraylabQueues as string[]).length,
          ...Object.fromEntries(environment.map(each => [each.Name, each.Value])),
        },
      ];
    }),
  );
  return {
    template,
    assets: Object.values(dockerImages).map(each => each.source),
    jobs: jobs as Record<string, Record<string, unknown>>,
  };
}
const builtIn = { imageBuild: 'codebuild' } as const;
const plain = synthesize(lab({}, builtIn));

it('a kind has its own image, shared memory, scratch and pools, and else the workload’s', () => {
  const { '': _none, ...jobs } = plain.jobs;
  expect(jobs).toMatchObject({
    plain: { bundle: 'dist/containers/ambient-noise.mjs', shm: 64, LAB_SCRATCH_GIB: '10', queues: 2 },
    stacker: { bundle: 'dist/containers/ambient-noise.mjs', shm: 512, LAB_SCRATCH_GIB: '20', queues: 1 },
    checker: { bundle: 'dist/containers/plate-archive.mjs', LAB_SCRATCH_GIB: '10' },
  });
  expect(jobs.stacker!.image).toBe(jobs.plain!.image);
  expect(jobs.checker!.image).not.toBe(jobs.plain!.image);
  expect(contextsOf([noise])).toEqual(['containers/ambient-noise', 'containers/plate-archive']);
});

it('a kind may read its own secrets alone, and is told where they are', () => {
  expect(plain.jobs.plain!.LAB_SECRETS).toBe('{"fdsn":"arraylab/lab/noise/fdsn"}');
  expect(plain.jobs.checker!.LAB_SECRETS).toBe('{"token":"arraylab/lab/noise/token"}');
  expect(plain.jobs.stacker!.LAB_SECRETS).toBeUndefined();
  const readers = Object.entries(plain.template.findResources('AWS::IAM::Policy')).flatMap(([id, each]) =>
    (each.Properties.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[])
      .filter(({ Action }) => Action === 'secretsmanager:GetSecretValue')
      .map(({ Resource }) => [id.match(/^Rolenoise(checker|stacker)?/)?.[1], JSON.stringify(Resource)]),
  );
  expect(readers).toHaveLength(2);
  expect(readers).toContainEqual(['checker', expect.stringMatching(/Secretnoisetoken/)]);
  expect(readers).toContainEqual([undefined, expect.stringMatching(/Secretnoisefdsn/)]);
  for (const secret of Object.values(plain.template.findResources('AWS::SecretsManager::Secret')))
    expect(secret.Properties.SecretString).toMatch(/placeholder/);
});

describe('an image of the lab’s own', () => {
  it('gets our harness as a layer: the Dockerfile is built on it, for the kinds that share it or say their own', () => {
    const ours = '444455556666.dkr.ecr.us-west-2.amazonaws.com/noise:1';
    const made = synthesize(lab({ base: ours, kinds: { stacker: { base: 'lab/stack:2' } } }, builtIn));
    const builds = Object.values(made.template.findResources('Custom::ArraylabImage')).map(
      ({ Properties: { Variables } }) => [JSON.stringify(Variables.BUILD_ARGUMENTS), Variables.REGISTRIES],
    );
    expect(builds).toHaveLength(3);
    // What CodeBuild pulls from a registry of ECR it logs in to.
    expect(builds).toContainEqual([`"--build-arg BASE=${ours}"`, `us-west-2@${ours.split('/')[0]}`]);
    expect(builds).toContainEqual(['"--build-arg BASE=lab/stack:2"', '']);
    expect(builds).toContainEqual(['""', '']);
    expect(JSON.stringify(made.template.toJSON())).toContain(':ecr:us-west-2:444455556666:repository/noise');
    expect(made.jobs.plain).toMatchObject({ LAB_IMAGE: ours, bundle: 'dist/containers/ambient-noise.mjs' });
    expect(made.jobs.stacker!.image).not.toBe(made.jobs.plain!.image);
    expect(made.jobs.checker!.LAB_IMAGE).toBeUndefined();
  });

  it('is built on by Docker too', () => {
    const { assets } = synthesize(lab({ base: 'lab/noise:1' }));
    const told = assets.map(each => each.dockerBuildArgs);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({ BASE: 'lab/noise:1' });
    expect(told).toContain(undefined);
  });

  it('is refused where the Dockerfile takes none: Docker would build another in silence', () =>
    expect(() => synthesize(lab({ kinds: { checker: { base: 'lab/noise:1' } } }))).toThrow(
      /base lab\/noise:1: containers\/plate-archive\/Dockerfile takes no base/,
    ));
});

const kind = (name: string, more: KindSpec): WorkloadSpec => ({
  ...noise,
  kinds: { ...noise.kinds, [name]: more },
});
it.each<[string, WorkloadSpec, WorkloadInput, RegExp]>([
  [
    'tools beside a right to delete',
    kind('checker', { rights: { archive: ['delete'] }, toolCredentials: 'role' }),
    {},
    /kinds\.checker: its jobs may delete in archive, and its tools would/,
  ],
  [
    'privileges beside one',
    kind('checker', { rights: { archive: ['delete'] }, privileged: { why: 'FUSE' } }),
    {},
    /delete in archive, and are privileged/,
  ],
  [
    'rights nowhere',
    kind('checker', { rights: { elsewhere: ['read'] } }),
    {},
    /has rights in no place elsewhere/,
  ],
  [
    'a kind that is none',
    { ...noise, steps: [{ name: 'day', takes: 'item', kind: 'chekker' }] },
    {},
    /step day is of no kind chekker[\s\S]*did you mean checker/,
  ],
  [
    'a variable of ours',
    { ...noise, environment: { LAB_TOOL_CREDENTIALS: 'role' } },
    {},
    /sets LAB_TOOL_CREDENTIALS, which is ours/,
  ],
  ['an image and a base', noise, { image: 'lab/a:1', base: 'lab/b:1' }, /noise\.base: is given beside image/],
  [
    'an image of no kind',
    noise,
    { kinds: { staker: { base: 'lab/b:1' } } },
    /no kind of jobs "staker"[\s\S]*did you mean stacker/,
  ],
  ['no URI', noise, { base: 's3://bucket/image' }, /noise\.base: "s3:\/\/bucket\/image" is no image’s URI/],
  [
    'a step that fits no host of its pool',
    noise,
    { steps: { stack: { resources: { memoryMiB: 900_000 } } } },
    /steps\.stack\.resources: 2 vCPUs and 900000 MiB fit no host of pool x86-scratch/,
  ],
  [
    'a step whose jobs fill a host’s scratch',
    noise,
    { steps: { day: { scratchGiB: 150 } } },
    /pools\.x86-ondemand\.scratch: a \S+ has \d+ GiB free, and the \d+ jobs of noise/,
  ],
  [
    'sizes that are none',
    noise,
    { steps: { stack: { resources: { attempts: 12, cpus: 3 } as never } } },
    /cpus: is not understood[\s\S]*attempts: 12 is not a whole number from 1 to 10/,
  ],
])('%s is refused', (_, spec, workload, words) => {
  let text = '';
  try {
    resolveConfig(lab(workload), [spec]);
  } catch (error) {
    text = (error as Error).message;
  }
  expect(text).toMatch(words);
});

it('a script that signs as its job may read the public archive, whose owner is another account', () => {
  const config = resolveConfig(
    {
      name: 'noise',
      datasets: { scedc: { bucket: 'scedc-pds', prefix: 'all/', access: 'public' } },
      workloads: { 'ambient-noise': { datasets: { '/archive': 'scedc' } } },
    },
    [ambientNoise],
  );
  const props = { config, specs: [ambientNoise], projectRoot: root };
  const stack = new LabStack(cdkApp(outdir), 'arraylab-noise', props);
  const [role] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(each =>
    JSON.stringify(each).includes('scedc-pds'),
  );
  const statements: { Action: unknown; Resource: unknown }[] = role!.Properties.PolicyDocument.Statement;
  const about = statements.filter(each => JSON.stringify(each.Resource).includes('scedc-pds'));
  expect(about.map(({ Action }) => Action).sort()).toEqual(['s3:GetObject', 's3:ListBucket']);
});
