import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { checkTemplate } from '../../lib/rules/check-template.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { defaultLab, labApp, root, synthesizeAnew } from '../rules/synthesized.ts';

const folder = mkdtempSync(join(tmpdir(), 'lab-images-'));
const marker = join(folder, 'docker-was-called');
const { PATH, CDK_DOCKER } = process.env;
beforeAll(() => {
  // No synth of this file finds a Docker: what CDK would call leaves a trace, and fails.
  const docker = join(folder, 'docker');
  writeFileSync(docker, `#!/bin/sh\n: > '${marker}'\nexit 1\n`, { mode: 0o755 });
  Object.assign(process.env, { PATH: folder, CDK_DOCKER: docker });
});
afterAll(() => {
  process.env.PATH = PATH;
  if (CDK_DOCKER === undefined) delete process.env.CDK_DOCKER;
  else process.env.CDK_DOCKER = CDK_DOCKER;
  rmSync(folder, { recursive: true, force: true });
});

const lab = (more: Partial<LabConfigInput> = {}, workload: object = {}): LabConfigInput => ({
  ...defaultLab,
  workloads: { rapidtide: { ...defaultLab.workloads!.rapidtide, ...workload } },
  ...more,
});
const hub = { 'docker-hub': { upstream: 'docker.io', secret: 'ecr-pullthroughcache/hub' } };
const cloud = { imageBuild: 'codebuild' } as const;

const known = new Map<string, ReturnType<typeof synthesizeAnew>>();
/** A lab's template, synthesized but once. */
function synthesize(input: LabConfigInput): ReturnType<typeof synthesizeAnew> {
  const key = JSON.stringify(input);
  const made = known.get(key) ?? synthesizeAnew(input);
  known.set(key, made);
  return made;
}

interface Fields {
  readonly [name: string]: unknown;
}
interface Resource {
  readonly Type: string;
  readonly Properties: Fields;
  readonly DependsOn?: readonly string[];
}
const resources = (json: unknown): [string, Resource][] =>
  Object.entries((json as { Resources: Record<string, Resource> }).Resources);
const ofType = (json: unknown, type: string): [string, Resource][] =>
  resources(json).filter(([, each]) => each.Type === type);
/** Resolved as in account 111122223333 of us-east-1, the rest by its logical id. */
function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [name, argument] = Object.entries(value)[0] as [string, unknown];
  const pseudo: Record<string, string> = {
    'AWS::AccountId': '111122223333',
    'AWS::Region': 'us-east-1',
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  if (name === 'Ref') return pseudo[argument as string] ?? `<${argument}>`;
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flat).join('');
  if (name === 'Fn::Select') return '…';
  if (name === 'Fn::Sub') return String(argument).replaceAll(/\$\{(.*?)\}/g, (_, id) => flat({ Ref: id }));
  return `<${JSON.stringify(argument)}>`;
}
/** Image by architecture. */
const images = (json: unknown): Record<string, string> =>
  Object.fromEntries(
    ofType(json, 'AWS::Batch::JobDefinition').map(([id, { Properties }]) => [
      id.startsWith('Jobrapidtidearm64') ? 'arm64' : 'x86_64',
      flat((Properties.ContainerProperties as { Image: unknown }).Image),
    ]),
  );
/** What the execution role may do with repositories, by their ARN. */
function pulls(json: unknown): Record<string, string[]> {
  const statements = ofType(json, 'AWS::IAM::Policy')
    .filter(([id]) => id.startsWith('ExecutionRole'))
    .flatMap(([, each]) => (each.Properties.PolicyDocument as { Statement: Fields[] }).Statement)
    .filter(each => [each.Action].flat().some(action => String(action).startsWith('ecr:')));
  return Object.fromEntries(
    statements.map(each => [flat(each.Resource), ([each.Action].flat() as string[]).map(a => a.slice(4))]),
  );
}
const pulling = ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'];
const filling = ['BatchImportUpstreamImage', 'CreateRepository'];

/** Each way to an image; a synth throws on any finding of cdk-nag and of our own rules. */
const ways: readonly (readonly [string, LabConfigInput])[] = [
  ['Docker’s assets', lab()],
  ['CodeBuild', lab(cloud)],
  ['an image behind a new cache', lab({ pullThroughCache: hub }, { image: 'fredericklab/rapidtide:v3.2.0' })],
  ['CodeBuild for arm64 alone', lab(cloud, { pools: ['arm64-spot'] })],
  ['CodeBuild for x86_64 alone', lab(cloud, { pools: ['x86-ondemand'] })],
  ['CodeBuild behind a cache of its base', lab({ ...cloud, pullThroughCache: hub })],
  ['CodeBuild under HIPAA', lab({ ...cloud, compliance: 'hipaa', network: 'private-endpoints' })],
  [
    'CodeBuild and a cache under NIST',
    lab({ ...cloud, pullThroughCache: hub, compliance: 'nist-800-53-r5', network: 'private-nat' }),
  ],
  ['an image that is somewhere', lab({}, { image: 'public.ecr.aws/rapidtide/rapidtide:v3.2.0' })],
  [
    'an image of ECR of another account',
    lab({}, { image: '444455556666.dkr.ecr.eu-west-1.amazonaws.com/lab/tool:v1' }),
  ],
  [
    'an image of a cache that is filled, in a lab without internet',
    lab(
      {
        pullThroughCache: { hub: { upstream: 'docker.io', existing: true } },
        network: 'private-endpoints',
        compliance: 'hipaa',
      },
      { image: 'fredericklab/rapidtide:v3.2.0' },
    ),
  ],
];

it.each(ways)('no pack finds anything: %s', (_, input) => {
  const { json, imageArchitectures } = synthesize(input);
  expect(checkTemplate(json, imageArchitectures)).toEqual([]);
});

it('Docker is asked for by no synth', () => {
  expect(existsSync(marker)).toBe(false);
});

it('CodeBuild: each architecture is built on its own hosts, and tagged so that rules know it', () => {
  const { json, imageArchitectures } = synthesize(lab(cloud));
  const found = images(json);
  for (const [architecture, type] of [
    ['arm64', 'ARM_CONTAINER'],
    ['x86_64', 'LINUX_CONTAINER'],
  ] as const) {
    const [, project] = ofType(json, 'AWS::CodeBuild::Project').find(([id]) =>
      id.includes(architecture.replace('_', '')),
    )!;
    expect(project.Properties.Environment).toMatchObject({ Type: type });
    expect(found[architecture]).toMatch(
      new RegExp(`<ImagesBuildRepositoryrapidtide\\w+>:${architecture}-[0-9a-f]{32}$`),
    );
  }
  // The other one's image is a finding, of no other rule.
  const changed = structuredClone(json) as object;
  const jobs = ofType(changed, 'AWS::Batch::JobDefinition').map(
    ([, each]) => each.Properties.ContainerProperties as { Image: unknown },
  );
  [jobs[0]!.Image, jobs[1]!.Image] = [jobs[1]!.Image, jobs[0]!.Image];
  expect(checkTemplate(changed, imageArchitectures).map(each => each.rule)).toEqual([
    'image-architecture',
    'image-architecture',
  ]);
});

it('CodeBuild: a job definition waits for its image; a build for its permissions and for who tells of its end', () => {
  const { json } = synthesize(lab(cloud));
  for (const [id, job] of ofType(json, 'AWS::Batch::JobDefinition')) {
    const image = job.DependsOn?.find(each => each.startsWith('ImagesBuildImage'));
    expect(image).toContain(id.startsWith('Jobrapidtidearm64') ? 'arm64' : 'x8664');
    const [, built] = resources(json).find(([name]) => name === image)!;
    for (const start of ['RoleDefaultPolicy', 'FunctionRoleDefaultPolicy', 'EndedAllowEventRule', 'Ended'])
      expect(built.DependsOn).toContainEqual(expect.stringMatching(`^ImagesBuild${start}`));
    const minutes = ofType(json, 'AWS::CodeBuild::Project').map(
      ([, each]) => Number(each.Properties.TimeoutInMinutes) + Number(each.Properties.QueuedTimeoutInMinutes),
    );
    // And a quarter of an hour that a start may wait.
    for (const each of minutes)
      expect((each + 15) * 60).toBeLessThanOrEqual(Number(built.Properties.ServiceTimeout));
  }
});

it('CodeBuild: the twin reads the same stack', () => {
  const { json } = synthesize(lab(cloud));
  const read = readTwinStack(json as object, { region: 'us-east-1', account: '000000000000' });
  expect(read.jobDefinitions.map(each => each.bundle)).toEqual(
    Array(2).fill('dist/containers/rapidtide.mjs'),
  );
  expect(Object.keys(JSON.parse(read.outputs.ArraylabMap!) as object)).toContain('queues');
});

it('CodeBuild: nothing of it is allowed a star but the login of ECR', () => {
  const { json } = synthesize(lab(cloud));
  const statements = ofType(json, 'AWS::IAM::Policy')
    .filter(([id]) => id.startsWith('ImagesBuild'))
    .flatMap(([, each]) => (each.Properties.PolicyDocument as { Statement: Fields[] }).Statement);
  const stars = statements.filter(each => /\*/.test(JSON.stringify([each.Action, each.Resource])));
  expect(stars.map(each => [each.Action, each.Resource])).toEqual([['ecr:GetAuthorizationToken', '*']]);
});

it('CodeBuild: a base image that ECR caches is built from its copy, pinned as the Dockerfile pins it', () => {
  const { json } = synthesize(lab({ ...cloud, pullThroughCache: hub }));
  const variables = ofType(json, 'Custom::ArraylabImage').map(
    ([, each]) => each.Properties.Variables as { BUILD_ARGUMENTS: unknown },
  );
  expect(new Set(variables.map(each => flat(each.BUILD_ARGUMENTS)))).toEqual(
    new Set([
      '--build-arg BASE=111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub/fredericklab/rapidtide:v3.2.0',
    ]),
  );
  const tags = (given: unknown): string[] =>
    Object.values(images(given)).map(each => each.split(':').at(-1)!);
  expect(tags(json)).not.toEqual(tags(synthesize(lab(cloud)).json));
});

it('an image of ECR may be pulled, from its repository alone', () => {
  const { json } = synthesize(lab({}, { image: '444455556666.dkr.ecr.eu-west-1.amazonaws.com/lab/tool:v1' }));
  expect(pulls(json)).toEqual({
    '*': ['GetAuthorizationToken'],
    'arn:aws:ecr:eu-west-1:444455556666:repository/lab/tool': pulling,
  });
});

it.each([
  ['fredericklab/rapidtide:v3.2.0', 'fredericklab/rapidtide:v3.2.0'],
  ['docker.io/fredericklab/rapidtide:v3.2.0', 'fredericklab/rapidtide:v3.2.0'],
  ['python:3.14-slim', 'library/python:3.14-slim'],
])('%s behind a cache is pulled from ECR as %s', (image, cached) => {
  const { json } = synthesize(lab({ pullThroughCache: hub }, { image }));
  const uri = `111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub/${cached}`;
  expect(images(json)).toEqual({ arm64: uri, x86_64: uri });
  expect(pulls(json)).toMatchObject({
    [`arn:aws:ecr:us-east-1:111122223333:repository/docker-hub/${cached.split(':')[0]}`]: [
      ...pulling,
      ...filling,
    ].sort(),
  });
  const template = Template.fromJSON(json as Record<string, unknown>);
  template.hasResourceProperties('AWS::ECR::PullThroughCacheRule', {
    EcrRepositoryPrefix: 'docker-hub',
    UpstreamRegistryUrl: 'registry-1.docker.io',
    CredentialArn: {
      'Fn::Join': [
        '',
        Match.arrayWith([':secret:ecr-pullthroughcache/hub'].map(each => Match.stringLikeRegexp(each))),
      ],
    },
  });
});

it('a cache that the account has already is used, and not made again', () => {
  const { json } = synthesize(
    lab(
      { pullThroughCache: { quay: { upstream: 'quay.io', existing: true } } },
      { image: 'quay.io/org/tool:1' },
    ),
  );
  expect(ofType(json, 'AWS::ECR::PullThroughCacheRule')).toEqual([]);
  expect(images(json).arm64).toBe('111122223333.dkr.ecr.us-east-1.amazonaws.com/quay/org/tool:1');
  expect(pulls(json)).toHaveProperty(['arn:aws:ecr:us-east-1:111122223333:repository/quay/org/tool']);
});

describe('what an image is made of', () => {
  /** A project with one bundle, another file that no image holds, and the sources that synth reads. */
  const project = (bundle: string, other: string): string => {
    const copy = mkdtempSync(join(folder, 'project-'));
    cpSync(join(root, 'containers/rapidtide'), join(copy, 'containers/rapidtide'), { recursive: true });
    for (const each of ['lib/infra/lambda', 'lib/aws/wire', 'lib/contract'])
      cpSync(join(root, each), join(copy, each), { recursive: true });
    mkdirSync(join(copy, 'dist/containers'), { recursive: true });
    writeFileSync(join(copy, 'dist/containers/rapidtide.mjs'), bundle);
    writeFileSync(join(copy, 'notes.txt'), other);
    return copy;
  };
  const template = (input: LabConfigInput, projectRoot: string): object =>
    Template.fromStack(labApp(input, { projectRoot }).stack).toJSON();

  it.each([
    ['docker', lab()],
    ['codebuild', lab(cloud)],
  ])('by %s: a changed bundle changes the job definitions, anything else not a byte', (_, input) => {
    const first = template(input, project('one', 'a'));
    expect(JSON.stringify(template(input, project('one', 'b')))).toBe(JSON.stringify(first));
    const changed = template(input, project('two', 'a'));
    for (const architecture of ['arm64', 'x86_64'])
      expect(images(changed)[architecture]).not.toBe(images(first)[architecture]);
  });
});
