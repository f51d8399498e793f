import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openMounts } from '../../containers/runtime/mounts/open-mounts.ts';
import type { ContainerWorld } from '../../containers/runtime/world.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import type { MountSource } from '../../lib/contract/workload/mount.ts';
import type { MountAccess } from '../../lib/contract/workload/workload.ts';
import { startServer } from '../../lib/twin/http/server.ts';
import { s3Service } from '../../lib/twin/s3/s3-service.ts';

const job = { accessKeyId: 'AKIAJOB', secretAccessKey: 'of-the-job' };

/** An S3 with a bucket `dataset`, mounted by the runtime's code as a container would. */
export async function startDataset() {
  const root = mkdtempSync(join(tmpdir(), 'lab-mounts-'));
  const server = await startServer({
    services: [s3Service({ folder: join(root, 's3') })],
    credentials: { find: id => (id === job.accessKeyId ? job : undefined) },
  });
  const s3 = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: job,
    forcePathStyle: true,
  });
  await s3.send(new CreateBucketCommand({ Bucket: 'dataset' }));
  const credentials = fixedKeys(job);
  const store = (bucket: string) =>
    wireStore({ bucket, region: 'us-east-1', credentials, endpoint: server.url });
  let mounts = 0;
  return {
    url: server.url,
    store: store('dataset'),
    put: (Key: string, Body: string) =>
      s3.send(new PutObjectCommand({ Bucket: 'dataset', Key, Body: Buffer.from(Body) })),
    /** Mounts a prefix; answers its folder, the log and how to take it away. */
    async mount(access: MountAccess, more: Partial<MountSource> = {}, endpoint = server.url) {
      const folder = join(root, `mount-${mounts++}`);
      mkdirSync(folder);
      const source = { bucket: 'dataset', region: 'us-east-1', prefix: '', access: 'role', ...more };
      const log: string[] = [];
      const world: ContainerWorld = {
        environment: {
          LAB_MOUNTS: JSON.stringify({ '/data_in': source }),
          DATA_IN: folder,
        },
        region: 'us-east-1',
        endpoint,
        credentials,
        store,
        objectStore: () => {
          throw new Error('a mount needs none');
        },
        log: line => void log.push(line),
        now: () => new Date(),
        host: async () => ({ hostname: 'here' }),
        interruption: () => ({ signal: new AbortController().signal, stop: () => {} }),
      };
      const spec = { path: '/data_in', bucketEnv: 'INPUT_BUCKET', access, readOnly: true };
      return { folder, log, ...(await openMounts(world, [spec])) };
    },
    async stop(): Promise<void> {
      for (const name of readdirSync(root))
        spawnSync('umount', ['-l', join(root, name)], { stdio: 'ignore' });
      s3.destroy();
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Keys that a folder can hold, and keys that it cannot. */
export const oddKeys: Readonly<Record<string, string>> = {
  'plain/f.txt': 'plain',
  'd/a': 'file a',
  'd/a/b': 'below a',
  'd/a.b': 'beside a',
  'x//y': 'two slashes',
  'e/': 'content of a folder',
  'e/f': 'in it',
  'm/': '',
  'm/f': 'below a mark',
  'p/./q': 'dot',
  'p/../r': 'two dots',
  '.hidden/x': 'hidden',
  'back\\slash': 'backslash',
};

/** The keys whose content a folder does not show below their own name. */
export async function unseen(folder: string, keys: Readonly<Record<string, string>>): Promise<string[]> {
  const found: string[] = [];
  for (const [key, body] of Object.entries(keys)) {
    if (body === '') continue;
    // Never by a synchronous call: this process is also the server that the mount reads from.
    const text = await readFile(`${folder}/${key}`, 'utf8').catch(() => undefined);
    // A path with dots or two slashes is another path to the kernel.
    if (text !== body) found.push(key);
  }
  return found.sort();
}
