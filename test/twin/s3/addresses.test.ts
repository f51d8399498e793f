import { Agent, request } from 'node:http';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { keys, startS3 } from './helper.ts';

let twin: Awaited<ReturnType<typeof startS3>>;
beforeEach(async () => {
  twin = await startS3();
});
afterEach(() => twin.stop());

/** A client that writes the bucket before the host, as it does for AWS. */
const virtualHosted = () =>
  new S3Client({
    endpoint: `http://localhost:${twin.port}`,
    region: 'us-east-1',
    credentials: keys,
    maxAttempts: 1,
    requestHandler: {
      httpAgent: new Agent({
        lookup: (_name, options, done) =>
          options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
      }),
    },
  });

it('a bucket may stand in the host name, with dots and keys of any kind', async () => {
  const s3 = virtualHosted();
  for (const Bucket of ['data', 'my.lab.data']) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    for (const Key of ['a b/ü+c', '/leads', 'data']) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const back = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(await back.Body?.transformToString()).toBe(Key);
    }
    const byPath = await twin.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(byPath.Contents?.map(each => each.Key)).toEqual(['/leads', 'a b/ü+c', 'data']);
  }
  s3.destroy();
});

it.each(['evil.example', 'localhost.evil.example', 'data.localhost', '127.0.0.1.evil.example'])(
  'who comes by the name %s is refused before anything else',
  async name => {
    const said = await new Promise<string>((resolve, reject) => {
      const headers = { host: `${name}:${name === 'data.localhost' ? 1 : twin.port}` };
      request({ host: '127.0.0.1', port: twin.port, path: '/', headers }, answer => {
        answer.on('data', chunk => resolve(`${answer.statusCode} ${chunk}`));
      })
        .on('error', reject)
        .end();
    });
    expect(said).toMatch(/^403 .*The twin answers as 127/s);
  },
);
