import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { explainAwsError } from '../../lib/aws/sdk-error.ts';
import { LabError } from '../../lib/contract/workload/errors.ts';

const told = (error: unknown): LabError => {
  const found = explainAwsError(error);
  if (!(found instanceof LabError)) throw new Error(`not told: ${String(error)}`);
  return found;
};

it('a name that is not found, as the SDK tells it, is the network and no fault of ours', async () => {
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: 'https://s3.nowhere.invalid',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  const error = await client.send(new ListBucketsCommand({})).catch((each: unknown) => each);
  expect(told(error).exitCode).toBe(3);
  expect(told(error).message).toMatch(/cannot reach AWS: \S*nowhere\.invalid is not found/);
});

it.each([
  ['EAI_AGAIN', 'cannot reach AWS'],
  ['ENETUNREACH', 'cannot reach AWS'],
  ['ETIMEDOUT', 'cannot reach AWS'],
  ['ECONNRESET', 'cannot reach AWS'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
])('%s is told as "%s"', (code, words) => {
  const inner = Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code });
  for (const error of [inner, new Error('request failed', { cause: inner }), new AggregateError([inner])])
    expect(told(error)).toMatchObject({ exitCode: 3, message: expect.stringContaining(words) });
});

it('a refused connection is the twin on this machine, and the network elsewhere', () => {
  const refused = (address: string) =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}:443`), { code: 'ECONNREFUSED', address });
  expect(told(refused('127.0.0.1')).message).toContain('where it was the twin: npx lab twin up');
  expect(told(refused('10.1.2.3')).message).toContain('cannot reach AWS');
});

it('an error of any other kind stays what it is', () => {
  const error = new TypeError('x is not a function');
  expect(explainAwsError(error)).toBe(error);
});
