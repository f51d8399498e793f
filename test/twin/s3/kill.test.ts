import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { atTwin } from '../../../lib/aws/endpoint.ts';
import { program } from '../../helpers/program.ts';
import { runs } from '../../helpers/runs.ts';
import { keys } from './helper.ts';

/** A version with its bytes, or a delete marker; newest first in a list. */
interface Version {
  readonly id: string;
  readonly body: string | undefined;
}

/** What was acknowledged of a key, and what would be if the call under way were done too. */
interface Key {
  readonly name: string;
  sure: readonly Version[];
  maybe: readonly Version[];
}

let folder: string;
let child: ChildProcess;
let s3: S3Client;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-kill-'));
  await start();
});
afterEach(async () => {
  await kill();
  await rm(folder, { recursive: true, force: true });
});

it.each([
  ['Enabled', runs(6, 3)],
  ['Suspended', runs(3, 2)],
  [undefined, runs(3, 2)],
] as const)(
  'kills at any time lose nothing acknowledged and show nothing halfway, with versioning %s',
  async (Status, kills) => {
    const Bucket = 'data';
    await s3.send(new CreateBucketCommand({ Bucket }));
    if (Status) {
      const VersioningConfiguration = { Status };
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }
    const all: Key[] = ['a', 'a/b', 'c', 'd', 'é/..'].map(name => ({ name, sure: [], maybe: [] }));
    let bodies = 0;
    let done = 0;
    for (let time = 0; time < kills; time++) {
      const { promise: worked, resolve } = Promise.withResolvers<void>();
      const last = done + 12 + Math.random() * 18;
      const acknowledged = (): void => {
        if (done++ > last) resolve();
      };
      const writers = all.map(key =>
        write(Bucket, key, Status, () => `body ${bodies++}`, acknowledged).catch(() => undefined),
      );
      await worked;
      await new Promise(at => setTimeout(at, Math.random() * 10));
      await kill();
      await Promise.all(writers);
      await start();
      for (const key of all) {
        const found = await read(Bucket, key.name);
        expect([key.sure, key.maybe].map(shape)).toContain(shape(found));
        key.sure = found;
      }
    }
    expect(done).toBeGreaterThan(kills * 12);
  },
  90_000,
);

/** Puts, uploads and deletes one key, one call after the other, until the twin is gone. */
async function write(
  Bucket: string,
  key: Key,
  status: 'Enabled' | 'Suspended' | undefined,
  nextBody: () => string,
  acknowledged: () => void,
): Promise<void> {
  const Key = key.name;
  const onTop = (version: Version): readonly Version[] => [
    version,
    ...(status === 'Enabled' ? key.sure : key.sure.filter(each => each.id !== 'null')),
  ];
  for (;;) {
    key.maybe = key.sure;
    const chance = Math.random();
    const oldest = key.sure.at(-1);
    if (chance < 0.5) {
      const body = nextBody();
      key.maybe = onTop({ id: '?', body });
      const { VersionId = 'null' } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: body }));
      key.sure = onTop({ id: VersionId, body });
    } else if (chance < 0.65) {
      const body = nextBody();
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const { ETag } = await s3.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: body }),
      );
      key.maybe = onTop({ id: '?', body });
      const { VersionId = 'null' } = await s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        }),
      );
      key.sure = onTop({ id: VersionId, body });
    } else if (chance < 0.8) {
      key.maybe = status ? onTop({ id: '?', body: undefined }) : [];
      const { VersionId = 'null' } = await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      key.sure = status ? onTop({ id: VersionId, body: undefined }) : [];
    } else {
      // Now the newest, now the oldest.
      const gone = chance < 0.93 ? key.sure[0] : oldest;
      if (!gone) continue;
      key.maybe = key.sure.filter(each => each !== gone);
      await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: gone.id }));
      key.sure = key.maybe;
    }
    acknowledged();
  }
}

async function read(Bucket: string, Key: string): Promise<Version[]> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: Key }),
  );
  const of = [...Versions, ...DeleteMarkers].filter(each => each.Key === Key);
  const latest = of.filter(each => each.IsLatest);
  expect(latest).toHaveLength(of.length > 0 ? 1 : 0);
  const ordered = of.sort(
    (a, b) => Number(b.IsLatest) - Number(a.IsLatest) || orderOf(b.LastModified) - orderOf(a.LastModified),
  );
  return Promise.all(
    ordered.map(async ({ VersionId: id = 'null', ...rest }) => {
      if (!('Size' in rest)) return { id, body: undefined };
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId: id }));
      return { id, body: await Body?.transformToString() };
    }),
  );
}

/** The newest first, the others in any order: two may be of one millisecond. */
const shape = (versions: readonly Version[]): string => {
  const [newest, ...others] = versions.map(each => each.body ?? 'a marker');
  return [newest, ...others.sort()].join(', ');
};

const orderOf = (date: Date | undefined): number => date?.getTime() ?? 0;

async function start(): Promise<void> {
  child = spawn(process.execPath, [await program(join(import.meta.dirname, 'serve.ts')), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', data => resolve(String(data).trim()));
    child.once('exit', code => reject(new Error(`the twin ended with ${code}`)));
  });
  s3 = new S3Client({
    ...atTwin,
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: keys,
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

async function kill(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  s3.destroy();
}
