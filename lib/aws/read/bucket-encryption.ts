import {
  GetBucketEncryptionCommand,
  type S3Client,
  type ServerSideEncryptionByDefault,
} from '@aws-sdk/client-s3';
import { unless } from './unless.ts';

/** How a bucket encrypts what comes without a word about it; undefined where it says nothing. */
export async function bucketEncryption(
  client: S3Client,
  bucket: string,
): Promise<ServerSideEncryptionByDefault | undefined> {
  const call = client.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
  const answer = await unless(call, ['ServerSideEncryptionConfigurationNotFoundError']);
  return answer?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
}
