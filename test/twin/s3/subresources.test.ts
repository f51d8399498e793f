import {
  CreateBucketCommand,
  DeleteBucketAnalyticsConfigurationCommand,
  DeleteBucketPolicyCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  RenameObjectCommand,
} from '@aws-sdk/client-s3';
import { startS3 } from './helper.ts';

let twin: Awaited<ReturnType<typeof startS3>>;
const Bucket = 'data';
beforeEach(async () => {
  twin = await startS3();
  await twin.s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => twin.stop());

it('deleting a setting that the twin does not have is refused and leaves the bucket', async () => {
  for (const command of [
    new DeleteBucketAnalyticsConfigurationCommand({ Bucket, Id: 'a' }),
    new DeleteBucketPolicyCommand({ Bucket }),
  ])
    await expect(twin.s3.send(command as DeleteBucketPolicyCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  await twin.s3.send(new HeadBucketCommand({ Bucket }));
});

it('a rename is no upload', async () => {
  const rename = new RenameObjectCommand({ Bucket, Key: 'new', RenameSource: 'old' });
  await expect(twin.s3.send(rename)).rejects.toMatchObject({ name: 'NotImplemented' });
  expect((await twin.s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
});
