import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetBucketVersioningCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { startTwin } from '../../../lib/twin/twin.ts';

it('the stack’s buckets are versioned where the template says so, and stay as they are set', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'twin-stack-'));
  const VersioningConfiguration = { Status: 'Enabled' };
  const template = {
    Resources: {
      Output: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration } },
      Logs: { Type: 'AWS::S3::Bucket' },
    },
    Outputs: { Output: { Value: { Ref: 'Output' } }, Logs: { Value: { Ref: 'Logs' } } },
  };
  const options = {
    folder,
    projectRoot: folder,
    region: 'us-east-1',
    template,
    datasetBuckets: ['theirs'],
    node: process.execPath,
    tools: [],
  };
  try {
    for (const wanted of ['Enabled', 'Suspended']) {
      const twin = await startTwin(options);
      const s3 = new S3Client({
        endpoint: twin.url,
        region: 'us-east-1',
        credentials: { accessKeyId: twin.accessKeyId, secretAccessKey: twin.secretAccessKey },
        forcePathStyle: true,
      });
      const status = async (Bucket: string | undefined) =>
        (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;
      expect(await status(twin.outputs.Output)).toBe(wanted);
      expect([await status(twin.outputs.Logs), await status('theirs')]).toEqual([undefined, undefined]);
      await s3.send(
        new PutBucketVersioningCommand({
          Bucket: twin.outputs.Output,
          VersioningConfiguration: { Status: 'Suspended' },
        }),
      );
      s3.destroy();
      await twin.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
