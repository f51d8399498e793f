import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { atTwin } from '../../../lib/aws/endpoint.ts';
import { startServer } from '../../../lib/twin/http/server.ts';
import { s3Service } from '../../../lib/twin/s3/s3-service.ts';

export const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };

/** A twin with S3 alone and one bucket, and a client for it. */
export async function startS3(folder?: string, onError?: (error: unknown) => void) {
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'twin-s3-')));
  const server = await startServer({
    services: [s3Service({ folder: root })],
    ...(onError ? { onError } : {}),
    credentials: {
      find: id =>
        id === keys.accessKeyId ? keys : id === 'AKIAOTHER' ? { secretAccessKey: 'other' } : undefined,
    },
  });
  const client = (credentials: { accessKeyId: string; secretAccessKey: string } = keys): S3Client =>
    new S3Client({
      ...atTwin,
      endpoint: server.url,
      region: 'us-east-1',
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    });
  return {
    ...server,
    root,
    client,
    s3: client(),
    /** Puts S3's time so far ahead of this machine's. */
    ahead: (seconds: number) =>
      writeFile(join(root, '.clock.json'), JSON.stringify({ aheadSeconds: seconds })),
    stop: async () => {
      await server.close();
      if (!folder) await rm(root, { recursive: true, force: true });
    },
  };
}

/** How a call failed, as `Code status`, or `no error`. */
export const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    error => `${error.name} ${error.$metadata?.httpStatusCode}`,
  );
