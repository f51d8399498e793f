import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { TwinServer } from '../../lib/cli/twin/server.ts';
import { user } from '../cli/helper.ts';

/** By the door that people use: the CLI, and a twin with the roles of the stack. */
const config = {
  name: 'test',
  archive: { bucket: 'test-plates' },
  workloads: {
    'plate-archive': { places: { source: { bucket: 'imaging' } } },
    'plate-verify': {},
    'plate-delete': {},
    'plate-restore': {},
    'plate-destroy': {},
  },
};
let me: Awaited<ReturnType<typeof user>>;
let twin: TwinServer & { readonly s3: S3Client };
const environment: NodeJS.ProcessEnv = {};

const batch = ['--project', 'P', '--batch', 'B', '--local'];
const archive = (verb: string, ...words: readonly string[]) => me.lab(['archive', verb, ...words, ...batch]);
const as = async <T>(person: string, work: () => Promise<T>): Promise<T> => {
  environment.LAB_TWIN_AS = person;
  try {
    return await work();
  } finally {
    delete environment.LAB_TWIN_AS;
  }
};
const put = (Key: string, Body: Buffer | string) =>
  twin.s3.send(new PutObjectCommand({ Bucket: 'imaging', Key, Body }));
const keys = async (Bucket: string, Prefix = ''): Promise<string[]> =>
  ((await twin.s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(each => each.Key!);
const images = (full: string) => `projects/P/B/images/${full}/`;
const full = { ONE: 'ONE__2017-Measurement 1', ZWEI: 'ZWEI é', BAD: 'BAD__1' };

beforeAll(async () => {
  me = await user(config, environment);
  twin = await me.twin();
  for (const plate of ['ONE', 'ZWEI'] as const)
    for (const well of ['r01c01', 'r01c02', 'r16c24'])
      await put(`${images(full[plate])}${well}f01p01-ch1.tiff`, Buffer.alloc(3000, plate + well));
  await put('projects/P/workspace/backend/B/ONE/ONE.sqlite', 'tables');
  await writeFile(
    join(me.cwd, 'plates.csv'),
    ['plate_id,plate_id_full,dye', ...Object.entries(full).map(([id, name]) => `${id},${name},x`)].join('\n'),
  );
}, 60_000);
afterAll(async () => {
  twin.s3.destroy();
  await me.leave();
});

it('a plan says objects, bytes, tars, requests and money, and what plates lack', async () => {
  const { code, err } = await me.lab([
    ...['submit', 'plate-archive', '--plates', 'plates.csv', '--dry-run'],
    ...batch,
  ]);
  expect(err).toContain('7 objects, 0.0 GB, in 2 tars of DEEP_ARCHIVE');
  expect(err).toContain('a month, in place of');
  expect(err).toContain('BAD has no images, illum, analysis, backend');
  expect(code).toBe(0);
});

it('plates are archived, verified and sealed; a bad one holds none of the others', async () => {
  const { code, err } = await archive('create', '--plates', 'plates.csv', '--wait');
  expect(err).toContain('BAD');
  expect(err).toContain('2 of 3 plates done');
  expect(code).toBe(4);
}, 60_000);
