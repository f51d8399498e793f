import type { Dataset } from '../../lib/contract/workload/config.ts';
import { explainRefusal } from '../../lib/doctor/dataset-refusal.ts';

const dataset: Dataset = { bucket: 'hcp-openaccess', region: 'us-east-1', prefix: 'HCP/', access: 'keys' };
const told = (name: string, status = 403, more: Partial<Dataset> = {}, region?: string) =>
  explainRefusal('hcp', { ...dataset, ...more }, { name, message: 'as AWS says', status }, region);

it.each([
  ['InvalidAccessKeyId', 'AWS knows no such access key id: it was copied wrongly, or replaced since'],
  ['SignatureDoesNotMatch', 'the secret access key is not the one of this access key id'],
  ['AccessDenied', 'the keys are good, but may not list s3://hcp-openaccess/HCP/'],
  ['ExpiredToken', 'these are temporary keys, and they have ended'],
  ['RequestTimeTooSkewed', 'this machine’s clock differs from AWS’s by minutes'],
])('%s is told in one sentence with what to do', (name, text) => {
  expect(told(name)).toEqual({ text, fix: expect.stringMatching(/\S/) });
});

it('another region is told with the line to write, by whatever name S3 says it', () => {
  const line = {
    text: 'bucket hcp-openaccess is in eu-west-1, and lab.config.ts says us-east-1',
    fix: "datasets.hcp.region: 'eu-west-1' in lab.config.ts",
  };
  expect(told('PermanentRedirect', 301, {}, 'eu-west-1')).toEqual(line);
  expect(told('AuthorizationHeaderMalformed', 400, {}, 'eu-west-1')).toEqual(line);
  expect(told('301', 301).text).toBe('bucket hcp-openaccess is not in us-east-1');
});

it('wrong keys are told as wrong keys, wherever the bucket is', () => {
  expect(told('InvalidAccessKeyId', 403, {}, 'eu-west-1').text).toContain('no such access key id');
});

it('a bucket that is not there, and one that is closed to everyone, point at the configuration', () => {
  expect(told('NoSuchBucket', 404)).toEqual({
    text: 'there is no bucket hcp-openaccess',
    fix: 'mend datasets.hcp.bucket in lab.config.ts',
  });
  expect(told('AccessDenied', 403, { access: 'public' }).fix).toContain('requester-pays');
  expect(told('AccessDenied', 403, { access: 'requester-pays' }).text).toContain('you may not list');
});

it('what is not known is told in AWS’s own words', () => {
  expect(told('SlowDown', 503).text).toBe('s3://hcp-openaccess/HCP/ does not open: SlowDown: as AWS says');
  expect(
    explainRefusal('hcp', dataset, { name: 'Error', message: 'getaddrinfo ENOTFOUND s3' }).fix,
  ).toContain('network');
});
