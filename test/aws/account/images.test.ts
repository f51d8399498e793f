import { splitReference } from '../../../lib/aws/account/image-manifest.ts';
import { imageState } from '../../../lib/aws/account/image-state.ts';
import { awsOfFile } from './fake-aws.ts';

const aws = awsOfFile();

const index = {
  manifests: [
    { platform: { architecture: 'amd64', os: 'linux' } },
    { platform: { architecture: 'arm64', os: 'linux' } },
    { platform: { architecture: 'unknown', os: 'unknown' } },
  ],
};
const single = { config: { digest: 'sha256:cafe' } };
const ours = '123456789012.dkr.ecr.us-east-1.amazonaws.com/assets:abc';

describe('an image in ECR', () => {
  const image = (uri = ours) => imageState(aws.endpoint).image(uri);

  it('is for the architectures of its index, attestations apart', async () => {
    aws.answer = () => ({ body: { images: [{ imageManifest: JSON.stringify(index) }] } });
    expect(await image()).toEqual({ state: 'found', architectures: ['amd64', 'arm64'] });
    expect(JSON.parse(aws.seen.at(-1)!.body)).toMatchObject({
      registryId: '123456789012',
      repositoryName: 'assets',
      imageIds: [{ imageTag: 'abc' }],
    });
  });

  it('alone is for the architecture of its configuration', async () => {
    aws.answer = ({ action }) =>
      action === 'BatchGetImage'
        ? { body: { images: [{ imageManifest: JSON.stringify(single) }] } }
        : action === 'GetDownloadUrlForLayer'
          ? { body: { downloadUrl: `${aws.endpoint.url}/layer` } }
          : { body: { architecture: 'arm64' } };
    expect(await image()).toEqual({ state: 'found', architectures: ['arm64'] });
  });

  it('that is not there is told by what is missing: the image or its repository', async () => {
    aws.answer = () => ({ body: { images: [], failures: [{ failureReason: 'Requested image not found' }] } });
    expect(await image()).toEqual({ state: 'missing', message: 'Requested image not found' });
    aws.answer = () => ({ status: 400, body: { __type: 'RepositoryNotFoundException', message: 'no' } });
    expect(await image()).toEqual({ state: 'missing', message: 'ECR has no repository assets' });
  });
});

describe('an image of another registry', () => {
  const image = () => imageState(aws.endpoint).image(`${aws.host}/org/tool:v1`);

  it('is asked for as anyone, with the token that the registry gives to anyone', async () => {
    aws.answer = ({ action, headers }) => {
      if (action.startsWith('GET /token')) return { body: { token: 't0k' } };
      if (headers.authorization !== 'Bearer t0k')
        return {
          status: 401,
          headers: { 'www-authenticate': `Bearer realm="${aws.endpoint.url}/token",service="reg"` },
          body: {},
        };
      return { body: index };
    };
    expect(await image()).toEqual({ state: 'found', architectures: ['amd64', 'arm64'] });
    expect(aws.seen.find(each => each.action.startsWith('GET /token'))!.action).toBe(
      'GET /token?service=reg&scope=repository%3Aorg%2Ftool%3Apull',
    );
    expect(aws.seen.at(-1)!.action).toBe('GET /v2/org/tool/manifests/v1');
  });

  it('that wants a login, or is not reached, is unknown and never missing', async () => {
    aws.answer = () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: {} });
    expect(await image()).toEqual({ state: 'unknown', why: `${aws.host} wants a login` });
    const nowhere = await imageState(aws.endpoint).image('127.0.0.1:9/org/tool:v1');
    expect(nowhere).toMatchObject({ state: 'unknown', why: expect.stringContaining('not reached') });
  });

  it('that the registry does not have is missing', async () => {
    aws.answer = () => ({ status: 404, body: {} });
    expect(await image()).toMatchObject({ state: 'missing' });
  });
});

it.each([
  ['tool', 'tool', 'latest'],
  ['org/tool:1.2', 'org/tool', '1.2'],
  ['org/tool:1.2@sha256:ab', 'org/tool', 'sha256:ab'],
  ['org/tool@sha256:ab', 'org/tool', 'sha256:ab'],
])('%s is %s at %s', (text, repository, reference) => {
  expect(splitReference(text)).toEqual({ repository, reference });
});
