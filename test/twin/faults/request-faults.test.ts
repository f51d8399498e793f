import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchClient, ListJobsCommand } from '@aws-sdk/client-batch';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { atTwin } from '../../../lib/aws/endpoint.ts';
import { parseFaults } from '../../../lib/twin/faults/read-faults.ts';
import { requestFaults } from '../../../lib/twin/faults/request-faults.ts';
import { jsonService } from '../../../lib/twin/http/json-service.ts';
import { startServer, type TwinServer } from '../../../lib/twin/http/server.ts';
import { s3Service } from '../../../lib/twin/s3/s3-service.ts';
import { secretsService } from '../../../lib/twin/secrets/secrets-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'request-faults-'));
const body = randomBytes(300_000);
let server: TwinServer | undefined;
let calls = 0;

mkdirSync(join(folder, 's3', 'bucket'), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => server?.close());

/** Clients that send everything once, of a twin with these faults. */
async function clientsOf(faults: object, now?: () => number) {
  const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  calls = 0;
  server = await startServer({
    services: [
      s3Service({ folder: join(folder, 's3') }),
      jsonService('batch', 'rest-json', async () => {
        calls++;
        return { jobSummaryList: [] };
      }),
      jsonService(
        'secretsmanager',
        'json',
        secretsService({ folder: join(folder, 'secrets'), region: 'us-east-1' }).call,
      ),
    ],
    credentials: { find: id => (id === keys.accessKeyId ? keys : undefined) },
    intercept: requestFaults(parseFaults(faults), now),
  });
  const config = { ...atTwin, endpoint: server.url, region: 'us-east-1', credentials: keys, maxAttempts: 1 };
  const s3 = new S3Client({
    ...config,
    forcePathStyle: true,
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { requestTimeout: 500 },
  });
  const batch = new BatchClient(config);
  return {
    s3,
    batch,
    secrets: new SecretsManagerClient(config),
    put: (Key: string) => s3.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: body })),
    get: async (Key: string): Promise<Buffer> => {
      const { Body } = await s3.send(
        new GetObjectCommand({ Bucket: 'bucket', Key, ChecksumMode: 'ENABLED' }),
      );
      return Buffer.from(await Body!.transformToByteArray());
    },
    list: async (): Promise<string> => {
      try {
        await batch.send(new ListJobsCommand({ jobQueue: 'queue' }));
        return 'ok';
      } catch (error) {
        return (error as Error).name;
      }
    },
  };
}

it.each([
  ['throttle', 's3', 'SlowDown', 503],
  ['throttle', 'batch', 'TooManyRequestsException', 429],
  ['throttle', 'secretsmanager', 'ThrottlingException', 400],
  ['unavailable', 's3', 'ServiceUnavailable', 503],
  ['unavailable', 'batch', 'ServerException', 500],
  ['unavailable', 'secretsmanager', 'InternalServiceError', 500],
  ['expired-credentials', 's3', 'ExpiredToken', 400],
  ['expired-credentials', 'batch', 'ExpiredTokenException', 403],
  ['clock-skew', 's3', 'RequestTimeTooSkewed', 403],
])('%s of %s answers %s', async (fault, service, name, status) => {
  const { s3, batch, secrets } = await clientsOf({ requests: [{ fault, service }] });
  const sent: Record<string, () => Promise<unknown>> = {
    s3: () => s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'refused', Body: 'x' })),
    batch: () => batch.send(new ListJobsCommand({ jobQueue: 'queue' })),
    secretsmanager: () => secrets.send(new GetSecretValueCommand({ SecretId: 'x' })),
  };
  await expect(sent[service]!()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  expect(calls).toBe(0);
});

it('a rule strikes only its service, action and path, after `skip` requests and at most `times` often', async () => {
  const { put, get, s3 } = await clientsOf({
    requests: [
      { fault: 'throttle', service: 's3', action: 'GetObject', path: 'bucket/a', skip: 1, times: 2 },
    ],
  });
  for (const key of ['a', 'b']) await put(key);
  const outcomes: string[] = [];
  for (const key of ['a', 'b', 'a', 'b', 'a', 'a'])
    outcomes.push(
      `${key} ${await get(key).then(
        () => 'ok',
        error => (error as Error).name,
      )}`,
    );
  expect(outcomes).toEqual(['a ok', 'b ok', 'a SlowDown', 'b ok', 'a SlowDown', 'a ok']);
  await s3.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'a' }));
});

it('a fault of one sub-resource strikes no other, nor the object itself', async () => {
  const { s3, put } = await clientsOf({
    requests: ['PutObjectTagging', 'GetBucketVersioning', 'CompleteMultipartUpload'].map(action => ({
      ...{ fault: 'throttle', service: 's3', action },
    })),
  });
  await put('k');
  const [Bucket, Key] = ['bucket', 'k'];
  const Tagging = { TagSet: [{ Key: 'a', Value: '1' }] };
  const sent: Record<string, () => Promise<unknown>> = {
    PutObjectTagging: () => s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging })),
    GetObjectTagging: () => s3.send(new GetObjectTaggingCommand({ Bucket, Key })),
    PutBucketTagging: () => s3.send(new PutBucketTaggingCommand({ Bucket, Tagging })),
    GetBucketVersioning: () => s3.send(new GetBucketVersioningCommand({ Bucket })),
    ListObjects: () => s3.send(new ListObjectsCommand({ Bucket })),
    CreateMultipartUpload: () => s3.send(new CreateMultipartUploadCommand({ Bucket, Key })),
  };
  const struck: string[] = [];
  for (const [name, send] of Object.entries(sent)) await send().catch(() => struck.push(name));
  expect(struck).toEqual(['PutObjectTagging', 'GetBucketVersioning']);
});

it('the same seed strikes the same requests, another seed others, as often as the probability says', async () => {
  const pattern = async (seed: number): Promise<string> => {
    const { list } = await clientsOf({ seed, requests: [{ fault: 'throttle', probability: 0.3 }] });
    let text = '';
    for (let each = 0; each < 120; each++) text += (await list()) === 'ok' ? '.' : 'x';
    await server!.close();
    return text;
  };
  const first = await pattern(1);
  expect(await pattern(1)).toBe(first);
  expect(await pattern(2)).not.toBe(first);
  expect(first.replaceAll('.', '').length / 120).toBeGreaterThan(0.15);
  expect(first.replaceAll('.', '').length / 120).toBeLessThan(0.45);
});

it('a storm comes and goes', async () => {
  let now = 0;
  const { list } = await clientsOf(
    { requests: [{ fault: 'unavailable', service: 'batch', storm: { everyMs: 1000, forMs: 300 } }] },
    () => now,
  );
  const at = async (ms: number): Promise<string> => {
    now = ms;
    return list();
  };
  expect([await at(0), await at(299), await at(300), await at(999), await at(1100)]).toEqual([
    'ServerException',
    'ServerException',
    'ok',
    'ok',
    'ServerException',
  ]);
});

it('a rate of 50 a second lets 50 calls through at once, and one more every 20 ms', async () => {
  let now = 0;
  const { list } = await clientsOf({ rates: [{ service: 'batch', perSecond: 50 }] }, () => now);
  const names: string[] = [];
  for (let each = 0; each < 51; each++) names.push(await list());
  expect(names).toEqual([...Array(50).fill('ok'), 'TooManyRequestsException']);
  now = 20;
  expect([await list(), await list()]).toEqual(['ok', 'TooManyRequestsException']);
});

it('a reset comes before the request is carried out; a lost answer after', async () => {
  const { put, get } = await clientsOf({
    requests: [
      { fault: 'reset', action: 'PutObject', path: 'bucket/before' },
      { fault: 'lost-answer', action: 'PutObject', path: 'bucket/after' },
    ],
  });
  await expect(put('before')).rejects.toThrow(/ECONNRESET/);
  await expect(put('after')).rejects.toThrow(/ECONNRESET/);
  await expect(get('before')).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect((await get('after')).equals(body)).toBe(true);
});

describe('a body', () => {
  const raw = async (fault: string) => {
    const { s3, put } = await clientsOf({ seed: 3, requests: [{ fault, path: 'bucket/body' }] });
    await put('body');
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'body' }));
    const pieces: Buffer[] = [];
    let failed: unknown;
    try {
      for await (const piece of answer.Body as AsyncIterable<Buffer>) pieces.push(piece);
    } catch (error) {
      failed = error;
    }
    return { length: answer.ContentLength, bytes: Buffer.concat(pieces), failed };
  };

  it('that is short ends early, against its Content-Length', async () => {
    const { length, bytes, failed } = await raw('short-body');
    expect(length).toBe(body.length);
    expect(failed).toBeDefined();
    expect(bytes.length).toBeLessThan(body.length);
    expect(bytes.equals(body.subarray(0, bytes.length))).toBe(true);
  });

  it('of a wrong length ends well, and is short', async () => {
    const { length, bytes, failed } = await raw('wrong-length');
    expect(failed).toBeUndefined();
    expect(bytes.length).toBe(length);
    expect(bytes.length).toBeLessThan(body.length);
  });

  it('with a flipped bit has all its bytes, and one is another', async () => {
    const { bytes, failed } = await raw('bit-flip');
    expect(failed).toBeUndefined();
    expect(bytes.length).toBe(body.length);
    const changed = [...bytes].flatMap((byte, index) => (byte === body[index] ? [] : [byte ^ body[index]!]));
    expect(changed).toHaveLength(1);
    expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(changed[0]);
  });

  it('that stalls stops on the way and leaves the connection open', async () => {
    const { put, get } = await clientsOf({ requests: [{ fault: 'stall', path: 'bucket/body' }] });
    await put('body');
    const started = Date.now();
    const outcome = await Promise.race([
      get('body').then(
        () => 'whole',
        () => 'failed',
      ),
      new Promise(resolve => setTimeout(() => resolve('stalled'), 400)),
    ]);
    expect(outcome).toBe('stalled');
    expect(Date.now() - started).toBeGreaterThanOrEqual(390);
  });

  it('with a flipped bit is refused by a client that checks the stored checksum', async () => {
    const { put, get } = await clientsOf({ requests: [{ fault: 'bit-flip', path: 'bucket/body' }] });
    await put('body');
    await expect(get('body')).rejects.toThrow(/[Cc]hecksum/);
  });
});

it('a completion that lies is no object', async () => {
  const { s3, get } = await clientsOf({ requests: [{ fault: 'lying-completion', times: 1 }] });
  const at = { Bucket: 'bucket', Key: 'parts' };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: body }));
  const complete = new CompleteMultipartUploadCommand({
    ...at,
    UploadId,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
  });
  await expect(s3.send(complete)).rejects.toMatchObject({ name: 'InternalError' });
  await expect(get('parts')).rejects.toMatchObject({ name: 'NoSuchKey' });
  await s3.send(complete);
  expect((await get('parts')).equals(body)).toBe(true);
});
