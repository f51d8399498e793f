import { explainAwsError } from '../../lib/aws/sdk-error.ts';

it.each([
  [
    'TokenProviderError',
    'Token is expired. To refresh this SSO session run aws sso login',
    'SSO session has ended: aws sso login',
  ],
  ['ExpiredTokenException', 'The security token included in the request is expired', 'sign in again'],
  ['CredentialsProviderError', 'Could not load credentials from any providers', 'aws configure sso'],
])('%s is told in a plain sentence with the way out', (name, message, fix) => {
  const error = Object.assign(new Error(message), { name, $metadata: {} });
  expect(explainAwsError(error)).toMatchObject({ exitCode: 3, message: expect.stringContaining(fix) });
});
