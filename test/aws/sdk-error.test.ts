import { explainAwsError } from '../../lib/aws/sdk-error.ts';
import { WireError } from '../../lib/aws/wire/http.ts';

it.each([
  [
    'TokenProviderError',
    'Token is expired. To refresh this SSO session run aws sso login',
    'SSO session has ended: aws sso login',
  ],
  ['ExpiredTokenException', 'The security token included in the request is expired', 'sign in again'],
  ['CredentialsProviderError', 'Could not load credentials from any providers', 'aws configure sso'],
  ['NoSuchBucket', 'The specified bucket does not exist', 'npx lab twin down, then npx lab twin up'],
])('%s is told in a plain sentence with the way out', (name, message, fix) => {
  const error = Object.assign(new Error(message), { name, $metadata: {} });
  expect(explainAwsError(error)).toMatchObject({ exitCode: 3, message: expect.stringContaining(fix) });
});

it('says which bucket is not there, whoever asked S3', () => {
  const xml =
    '<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><BucketName>gone</BucketName></Error>';
  const fromSdk = Object.assign(new Error('The specified bucket does not exist'), {
    ...{ name: 'NoSuchBucket', BucketName: 'gone', $metadata: { httpStatusCode: 404 } },
  });
  for (const error of [new WireError(404, xml), fromSdk])
    expect(explainAwsError(error)).toMatchObject({ problems: [{ where: 's3://gone/' }] });
});
