import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { startS3 } from './helper.ts';

/** An S3 with one bucket, made anew for every test of the file, and what its tests do with the bucket again and again. */
export function oneBucket(Bucket: string) {
  // One object for the whole file: what a test file takes out of it once is still true of its next test's S3.
  const twin = {} as Awaited<ReturnType<typeof startS3>>;
  beforeEach(async () => {
    Object.assign(twin, await startS3());
    await twin.s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterEach(() => twin.stop());
  const get = (Key: string, rest: object = {}) =>
    twin.s3.send(new GetObjectCommand({ Bucket, Key, ...rest }));
  return {
    twin,
    put: (Key: string, Body: string | Buffer, rest: object = {}) =>
      twin.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...rest })),
    get,
    text: async (Key: string, rest: object = {}) => (await get(Key, rest)).Body?.transformToString(),
    head: (Key: string) => twin.s3.send(new HeadObjectCommand({ Bucket, Key })),
    keys: async (rest: object = {}) =>
      ((await twin.s3.send(new ListObjectsV2Command({ Bucket, ...rest }))).Contents ?? []).map(
        each => each.Key,
      ),
  };
}
