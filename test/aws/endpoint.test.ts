import { BatchClient, DescribeJobsCommand } from '@aws-sdk/client-batch';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { clientConfig } from '../../lib/aws/endpoint.ts';

it('what an environment asks of AWS’s endpoints keeps nobody from a twin', async () => {
  process.env.AWS_USE_FIPS_ENDPOINT = 'true';
  process.env.AWS_USE_DUALSTACK_ENDPOINT = 'true';
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  // Nobody listens there: whoever gets as far has been sent.
  const config = clientConfig({ region: 'us-east-1', url: 'http://127.0.0.1:1', credentials });
  await expect(
    new BatchClient({ ...config, maxAttempts: 1 }).send(new DescribeJobsCommand({ jobs: ['x'] })),
  ).rejects.toThrow('ECONNREFUSED');
  await expect(new S3Client({ ...config, maxAttempts: 1 }).send(new ListBucketsCommand({}))).rejects.toThrow(
    'ECONNREFUSED',
  );
});

it('of an answer no copy is made for a log that nobody keeps', async () => {
  const filtered: unknown[] = [];
  const client = new BatchClient(clientConfig({ region: 'us-east-1', url: 'http://127.0.0.1:1' }));
  client.middlewareStack.add(
    (_, context) => async () => {
      context.outputFilterSensitiveLog = (output: unknown): unknown => filtered.push(output);
      return { output: { $metadata: {}, jobs: [] }, response: {} };
    },
    { step: 'initialize', priority: 'low' },
  );
  expect(await client.send(new DescribeJobsCommand({ jobs: ['x'] }))).toMatchObject({ jobs: [] });
  expect(filtered).toEqual([]);
});
