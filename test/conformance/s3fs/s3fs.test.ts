import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { isMounted } from '../../../containers/runtime/mounts/fuse.ts';
import { openMounts } from '../../../containers/runtime/mounts/open-mounts.ts';
import type { ContainerWorld } from '../../../containers/runtime/world.ts';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../../lib/aws/wire/store.ts';
import { lookAtInput } from '../../../lib/contract/workload/input-look.ts';
import type { MountSource } from '../../../lib/contract/workload/mount.ts';
import { jsonService } from '../../../lib/twin/http/json-service.ts';
import { startServer } from '../../../lib/twin/http/server.ts';
import { s3Service } from '../../../lib/twin/s3/s3-service.ts';
import { secretsService } from '../../../lib/twin/secrets/secrets-service.ts';
import { oddKeys, startDataset, unseen } from '../dataset.ts';

const job = { accessKeyId: 'AKIAJOB', secretAccessKey: 'of-the-job' };
const theirs = { accessKeyId: 'AKIATHEIRS', secretAccessKey: 'of-the-dataset' };
let root: string;
let server: Awaited<ReturnType<typeof startServer>>;
let secrets: ReturnType<typeof secretsService>;
const client = (credentials: typeof job) =>
  new S3Client({ endpoint: server.url, region: 'us-east-1', credentials, forcePathStyle: true });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'lab-s3fs-'));
  secrets = secretsService({ folder: join(root, 'secrets'), region: 'us-east-1' });
  server = await startServer({
    services: [s3Service({ folder: join(root, 's3') }), jsonService('secretsmanager', 'json', secrets.call)],
    credentials: { find: id => [job, theirs].find(each => each.accessKeyId === id) },
  });
  for (const Bucket of ['dataset', 'output']) await client(job).send(new CreateBucketCommand({ Bucket }));
  writeFileSync(
    join(root, 's3', '.buckets.json'),
    JSON.stringify({
      dataset: { accessKeyIds: [theirs.accessKeyId] },
      output: { accessKeyIds: [job.accessKeyId] },
    }),
  );
  await client(theirs).send(
    new PutObjectCommand({ Bucket: 'dataset', Key: 'HCP/100307/scan.txt', Body: 'scan of 100307' }),
  );
  await secrets.ensure('keys', JSON.stringify(theirs));
});
afterAll(async () => {
  // What a failed test left mounted would wait for this process, which would wait for it.
  for (const name of readdirSync(root)) spawnSync('umount', ['-l', join(root, name)], { stdio: 'ignore' });
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

function world(sources: Record<string, MountSource>, folders: Record<string, string>): ContainerWorld {
  const credentials = fixedKeys(job);
  return {
    environment: { LAB_MOUNTS: JSON.stringify(sources), ...folders },
    region: 'us-east-1',
    endpoint: server.url,
    credentials,
    objectStore: () => {
      throw new Error('a mount needs none');
    },
    store: bucket => wireStore({ bucket, region: 'us-east-1', credentials, endpoint: server.url }),
    log: () => {},
    now: () => new Date(),
    host: async () => ({ hostname: 'here' }),
    interruption: () => ({ signal: new AbortController().signal, stop: () => {} }),
  };
}
const source = (bucket: string, access: MountSource['access'], secretId?: string): MountSource => ({
  bucket,
  region: 'us-east-1',
  prefix: '',
  access,
  ...(secretId ? { secretId } : {}),
});
const folder = (name: string): string => {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const specs = [
  { path: '/data_in', bucketEnv: 'INPUT_BUCKET', access: 's3fs', readOnly: true },
  { path: '/data_out', bucketEnv: 'OUTPUT_BUCKET', access: 's3fs', readOnly: false },
] as const;

it('the dataset is read with its keys and outputs are written as the job, at once', async () => {
  const [dataIn, dataOut] = [folder('in'), folder('out')];
  const here = world(
    { '/data_in': source('dataset', 'keys', 'keys'), '/data_out': source('output', 'role') },
    { DATA_IN: dataIn, DATA_OUT: dataOut },
  );
  const mounts = await openMounts(here, specs);
  try {
    expect([isMounted(dataIn), isMounted(dataOut)]).toEqual([true, true]);
    // Never by a synchronous call: this process is also the server that the mounts read from.
    expect(await readFile(join(dataIn, 'HCP/100307/scan.txt'), 'utf8')).toBe('scan of 100307');
    await expect(writeFile(join(dataIn, 'new'), 'x')).rejects.toThrow(/EROFS/);
    await writeFile(join(dataOut, 'result.txt'), 'first\n');
    await appendFile(join(dataOut, 'result.txt'), 'second\n');
  } finally {
    await mounts.close();
  }
  expect([isMounted(dataIn), isMounted(dataOut)]).toEqual([false, false]);
  expect(readdirSync(dataIn)).toEqual([]);
  const stored = await client(job).send(new GetObjectCommand({ Bucket: 'output', Key: 'result.txt' }));
  expect(await stored.Body!.transformToString()).toBe('first\nsecond\n');
}, 60_000);

it('the keys are nowhere but in a file on memory that goes with the mount', async () => {
  const before = new Set(readdirSync('/dev/shm'));
  const here = world({ '/data_in': source('dataset', 'keys', 'keys') }, { DATA_IN: folder('in2') });
  const mounts = await openMounts(here, specs.slice(0, 1));
  const added = readdirSync('/dev/shm').filter(name => !before.has(name) && name.startsWith('lab-'));
  const commands = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      const path = `/proc/${pid}`;
      return existsSync(`${path}/cmdline`)
        ? [readSafely(`${path}/cmdline`), readSafely(`${path}/environ`)]
        : [];
    });
  await mounts.close();
  expect(added).toHaveLength(1);
  expect(commands.some(text => text.includes('s3fs'))).toBe(true);
  expect(commands.filter(text => text.includes(theirs.secretAccessKey))).toEqual([]);
  expect(existsSync(join('/dev/shm', added[0]!))).toBe(false);
}, 60_000);

it('keys that the dataset does not take are a failed mount, and nothing stays mounted', async () => {
  await secrets.ensure('wrong', JSON.stringify(job));
  const dataIn = folder('in3');
  const here = world({ '/data_in': source('dataset', 'keys', 'wrong') }, { DATA_IN: dataIn });
  await expect(openMounts(here, specs.slice(0, 1))).rejects.toMatchObject({ exitCode: 67 });
  expect(isMounted(dataIn)).toBe(false);
}, 60_000);

function readSafely(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

it('hides exactly the keys that the table says', async () => {
  const odd = await startDataset();
  try {
    for (const [key, body] of Object.entries(oddKeys)) await odd.put(key, body);
    const mounted = await odd.mount('s3fs');
    const { hidden } = await lookAtInput(odd.store, '', 's3fs');
    expect(await unseen(mounted.folder, oddKeys)).toEqual(hidden.map(each => each.key).sort());
    expect(mounted.log.join('\n')).toContain(`${hidden.length} keys cannot be seen as files`);
    await mounted.close();
    await expect(odd.mount('s3fs', { prefix: 'nowhere/' })).rejects.toMatchObject({ exitCode: 67 });
  } finally {
    await odd.stop();
  }
});
