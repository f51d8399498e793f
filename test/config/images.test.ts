import fc from 'fast-check';
import { workloads } from '../../jobs/index.ts';
import { cachedImage, parseEcrUri, parseImageUri } from '../../lib/config/image-uri.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';
import { problemsOf } from './problems-of.ts';

const problems = (more: object): string => problemsOf({ ...rapidtideLab, ...more });
const cache = (prefix: string, given: object): string => problems({ pullThroughCache: { [prefix]: given } });
const digest = `@sha256:${'0a'.repeat(32)}`;

it.each([
  ['python', 'docker.io', 'library/python', ''],
  ['python:3.14', 'docker.io', 'library/python', ':3.14'],
  ['index.docker.io/python', 'docker.io', 'library/python', ''],
  ['fredericklab/rapidtide:v3', 'docker.io', 'fredericklab/rapidtide', ':v3'],
  ['ghcr.io/org/a/b:1', 'ghcr.io', 'org/a/b', ':1'],
  [`quay.io/org/tool:1${digest}`, 'quay.io', 'org/tool', `:1${digest}`],
  ['localhost:5000/tool', 'localhost:5000', 'tool', ''],
])('%s is of %s', (uri, registry, repository, version) => {
  expect(parseImageUri(uri)).toEqual({ registry, repository, version });
});

it.each([
  '',
  'a b',
  'Tool:1',
  'tool:',
  'tool:a/b',
  'ghcr.io//tool',
  `tool@sha256:${'0'.repeat(63)}`,
  'https://ghcr.io/a',
])('%j is no image', uri => expect(parseImageUri(uri)).toBeUndefined());

it('is read the same with its registry written out, and never throws', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const path = fc.array(part, { minLength: 2, maxLength: 4 }).map(parts => parts.join('/'));
  fc.assert(
    fc.property(path, fc.constantFrom('', ':v1', digest), (repository, version) => {
      const short = parseImageUri(repository + version);
      expect(short).toEqual({ registry: 'docker.io', repository, version });
      expect(parseImageUri(`docker.io/${repository}${version}`)).toEqual(short);
    }),
  );
  fc.assert(fc.property(fc.string(), uri => void parseImageUri(uri)));
});

it.each([
  ['111122223333.dkr.ecr.us-east-1.amazonaws.com/a/b:1', 'us-east-1'],
  ['111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a/b:1', 'us-gov-west-1'],
  ['111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b:1', 'cn-north-1'],
  ['111122223333.dkr-ecr.eu-west-1.on.aws/a/b:1', 'eu-west-1'],
])('%s is of ECR', (uri, region) => {
  expect(parseEcrUri(uri)).toMatchObject({ account: '111122223333', region, repository: 'a/b' });
  expect(parseEcrUri('public.ecr.aws/a/b:1')).toBeUndefined();
});

it('a cache has the images of its registry, and no other', () => {
  const caches = { hub: { upstream: 'registry-1.docker.io', existing: false } };
  expect(cachedImage('python:3', caches)).toEqual({
    prefix: 'hub',
    repository: 'hub/library/python',
    version: ':3',
  });
  expect(cachedImage('quay.io/org/python:3', caches)).toBeUndefined();
});

it('takes what ECR caches', () => {
  for (const [upstream, secret] of [
    ['docker.io', 'ecr-pullthroughcache/hub'],
    ['ghcr.io', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/gh-AbCdEf'],
    ['quay.io', undefined],
    ['public.ecr.aws', undefined],
    ['mine.azurecr.io', 'ecr-pullthroughcache/azure'],
  ])
    expect(cache('some', { upstream, secret })).toBe('');
  expect(cache('some', { upstream: 'docker.io', existing: true })).toBe('');
});

it.each([
  ['h', { upstream: 'quay.io' }, 'pullThroughCache.h: is no prefix'],
  ['Hub', { upstream: 'quay.io' }, 'pullThroughCache.Hub: is no prefix'],
  ['x'.repeat(31), { upstream: 'quay.io' }, 'is no prefix'],
  ['hub', { upstream: 'docker.com' }, '"docker.com" is no registry that ECR caches'],
  ['hub', { upstream: 'docker.io' }, 'pullThroughCache.hub.secret: is not given'],
  ['hub', { upstream: 'docker.io', secret: 'hub' }, '"hub" does not begin with ecr-pullthroughcache/'],
  [
    'hub',
    { upstream: 'ghcr.io', secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:hub-AbCdEf' },
    'does not begin with ecr-pullthroughcache/',
  ],
  [
    'hub',
    {
      upstream: 'ghcr.io',
      secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf',
    },
    'is in eu-west-1, and ECR reads it in the lab’s region us-east-1',
  ],
  ['quay', { upstream: 'quay.io', secret: 'ecr-pullthroughcache/q' }, 'takes no login'],
  ['hub', { upstream: 'docker.io', existing: true, secret: 'ecr-pullthroughcache/q' }, 'is existing'],
  ['hub', { upstream: 'quay.io', sercet: 'x' }, 'did you mean secret?'],
])('a cache %s of %j is refused: %s', (prefix, given, text) => {
  expect(cache(prefix, given)).toContain(text);
});

it('tells every problem at once', () => {
  const text = problems({
    imageBuild: 'kaniko',
    pullThroughCache: { aa: { upstream: 'quay.io' }, bb: { upstream: 'quay.io' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, image: 'https://ghcr.io/x' } },
  });
  expect(text).toContain('"kaniko" is no way to build images');
  expect(text).toContain('has quay.io twice');
  expect(text).toContain('"https://ghcr.io/x" is no image’s URI');
});

it('imageBuild can be overridden for one synth', () => {
  expect(resolveConfig(rapidtideLab, workloads).imageBuild).toBe('docker');
  expect(resolveConfig(rapidtideLab, workloads, { imageBuild: 'codebuild' }).imageBuild).toBe('codebuild');
});

it('hosts without a way to the internet fill no cache; one that was filled before they use', () => {
  const behind = (cache: object): string =>
    problems({
      network: 'private-endpoints',
      pullThroughCache: { quay: { upstream: 'quay.io', ...cache } },
      workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, image: 'quay.io/org/tool:1' } },
    });
  expect(behind({})).toContain('workloads.rapidtide.image: quay.io/org/tool:1 is not in the new cache quay');
  expect(behind({ existing: true })).toBe('');
});
