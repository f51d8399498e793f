import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { runs } from '../../helpers/runs.ts';
import { startS3 } from './helper.ts';

/** The steps on disk that are still done; then none is any more, as after a kill. */
const disk = { left: Number.POSITIVE_INFINITY };

type Calls = Record<string, (...given: unknown[]) => unknown>;

/** Counts calls of a module of Node, however it was imported; gives what takes that back. */
function count(module: Calls, changing: readonly string[]): () => void {
  const real = Object.fromEntries(changing.map(name => [name, module[name]!]));
  for (const name of changing)
    module[name] = (...given) => {
      disk.left -= 1;
      if (disk.left < 0) throw new Error('killed');
      return real[name]!(...given);
    };
  syncBuiltinESMExports();
  return () => {
    Object.assign(module, real);
    syncBuiltinESMExports();
  };
}

const whole = ['copyFile', 'mkdir', 'open', 'rename', 'rm', 'writeFile'];
const quick = ['linkSync', 'mkdirSync', 'renameSync', 'rmSync', 'rmdirSync', 'writeFileSync', 'writeSync'];

let restore: (() => void)[] = [];

beforeAll(() => {
  restore = [count(promises as unknown as Calls, whole), count(fs as unknown as Calls, quick)];
});

afterAll(() => {
  for (const each of restore) each();
});

const Bucket = 'data';
const Key = 'k';

/** A version by its bytes and tag, or a delete marker; the newest first in a list. */
interface Version {
  readonly id: string;
  readonly shown: string;
}

type Step = 'put' | 'upload' | 'delete' | 'delete newest' | 'delete oldest' | 'tag' | 'Enabled' | 'Suspended';

/** What is done before, undisturbed, and what the kills fall into. */
const series: readonly (readonly [string, readonly Step[], readonly Step[]])[] = [
  ['puts and deletes without versions', [], ['put', 'put', 'tag', 'upload', 'delete']],
  ['puts with versions', ['Enabled'], ['put', 'put', 'tag', 'upload']],
  ['deletes that are taken back', ['Enabled', 'put', 'put'], ['delete', 'delete newest', 'delete newest']],
  [
    'deletes for good',
    ['Enabled', 'put', 'put', 'delete'],
    ['delete oldest', 'delete newest', 'delete newest'],
  ],
  ['a suspension', ['put', 'Enabled', 'put'], ['Suspended', 'put', 'put', 'delete', 'put', 'delete newest']],
  ['what came before versions', ['put', 'Enabled'], ['delete', 'put', 'delete oldest', 'delete newest']],
];

it.each(series)(
  'killed at any step on disk of %s, it holds what was acknowledged, or that and the step under way',
  async (_name, before, steps) => {
    let killedAt = 0;
    // Where nothing is left out at every step, else at each third, from another one every time.
    const nth = runs(1, 3);
    for (let left = Math.floor(Math.random() * nth); ; left += nth) {
      const root = await promises.mkdtemp(join(tmpdir(), 'twin-crash-'));
      try {
        const done = await runUntil(root, before, steps, left);
        if (done) break;
        killedAt++;
      } finally {
        disk.left = Number.POSITIVE_INFINITY;
        await promises.rm(root, { recursive: true, force: true });
      }
    }
    expect(killedAt).toBeGreaterThan(10 / nth);
  },
  90_000,
);

/** Whether the series came to its end; when not, the twin was started again and looked at. */
async function runUntil(
  root: string,
  before: readonly Step[],
  steps: readonly Step[],
  left: number,
): Promise<boolean> {
  const twin = await startS3(root, () => {});
  await twin.s3.send(new CreateBucketCommand({ Bucket }));
  let sure: readonly Version[] = [];
  let maybe: readonly Version[] = [];
  let state: string | undefined;
  let isDone = false;
  try {
    for (const [count, step] of [...before, ...steps].entries()) {
      if (count === before.length) disk.left = left;
      maybe = sure;
      const others = state === 'Enabled' ? sure : sure.filter(each => each.id !== 'null');
      const shown = `body ${count}`;
      if (step === 'put') {
        maybe = [{ id: '?', shown }, ...others];
        const { VersionId = 'null' } = await twin.s3.send(new PutObjectCommand({ Bucket, Key, Body: shown }));
        sure = [{ id: VersionId, shown }, ...others];
      } else if (step === 'upload') {
        const { UploadId } = await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
        const part = { Bucket, Key, UploadId, PartNumber: 1, Body: shown };
        const { ETag } = await twin.s3.send(new UploadPartCommand(part));
        maybe = [{ id: '?', shown }, ...others];
        const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
        const { VersionId = 'null' } = await twin.s3.send(
          new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }),
        );
        sure = [{ id: VersionId, shown }, ...others];
      } else if (step === 'delete') {
        maybe = state ? [{ id: '?', shown: 'marker' }, ...others] : [];
        const { VersionId = 'null' } = await twin.s3.send(new DeleteObjectCommand({ Bucket, Key }));
        sure = state ? [{ id: VersionId, shown: 'marker' }, ...others] : [];
      } else if (step === 'delete newest' || step === 'delete oldest') {
        const gone = sure.at(step === 'delete newest' ? 0 : -1);
        maybe = sure.filter(each => each !== gone);
        await twin.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: gone?.id ?? 'null' }));
        sure = maybe;
      } else if (step === 'tag') {
        const [newest, ...rest] = sure;
        maybe = newest ? [{ ...newest, shown: `${newest.shown} tagged` }, ...rest] : [];
        const Tagging = { TagSet: [{ Key: 'is', Value: 'tagged' }] };
        await twin.s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
        sure = maybe;
      } else {
        const VersioningConfiguration = { Status: step };
        await twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
        state = step;
      }
    }
    isDone = true;
  } catch {
    // The kill.
  }
  // What is killed writes nothing more, not even as it closes.
  await twin.stop().catch(() => {});
  disk.left = Number.POSITIVE_INFINITY;
  const again = await startS3(root, () => {});
  try {
    const found = await read(again.s3);
    // Two may be of one millisecond: only the newest has its place for sure.
    const shape = ([newest, ...others]: readonly Version[]) =>
      [newest?.shown, ...others.map(each => each.shown).sort()].join(', ');
    expect([sure, maybe].map(shape)).toContain(shape(found));
    // And it goes on from there.
    await again.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'after' }));
    expect((await listed(again.s3))[0]?.Key).toBe(Key);
    const { Body } = await again.s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe('after');
  } finally {
    await again.stop();
  }
  return isDone;
}

type Client = Awaited<ReturnType<typeof startS3>>['s3'];

/** Versions and delete markers, the newest first, of which there is one. */
async function listed(s3: Client) {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  const all = [...Versions, ...DeleteMarkers].sort(
    (a, b) => Number(b.IsLatest) - Number(a.IsLatest) || orderOf(b.LastModified) - orderOf(a.LastModified),
  );
  expect(all.filter(each => each.IsLatest)).toHaveLength(all.length > 0 ? 1 : 0);
  return all;
}

async function read(s3: Client): Promise<Version[]> {
  return Promise.all(
    (await listed(s3)).map(async each => {
      const VersionId = each.VersionId ?? 'null';
      if (!('Size' in each)) return { id: VersionId, shown: 'marker' };
      const { Body, TagCount } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      const shown = await Body?.transformToString();
      if (!TagCount) return { id: VersionId, shown: `${shown}` };
      const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }));
      return { id: VersionId, shown: `${shown} ${TagSet?.[0]?.Value}` };
    }),
  );
}

const orderOf = (date: Date | undefined): number => date?.getTime() ?? 0;
