import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { RunningTwin } from '../../../lib/cli/twin/server.ts';
import { user } from '../../cli/helper.ts';

/** By the door that people use: the CLI, and a twin with the roles of the stack. */
const config = {
  name: 'test',
  archive: { bucket: 'test-plates' },
  workloads: {
    'plate-archive': { places: { source: { bucket: 'imaging' } } },
    'plate-verify': {},
    'plate-delete': {},
    'plate-restore': { places: { old: { bucket: 'imaging', prefix: 'cold/' } } },
    'plate-destroy': {},
  },
};

export const batch = ['--project', 'P', '--batch', 'B', '--local'];
export const images = (full: string) => `projects/P/B/images/${full}/`;
export const full = { ONE: 'ONE__2017-Measurement 1', ZWEI: 'ZWEI é', BAD: 'BAD__1' };

/** A twin with two plates and a list of three, for a file of tests: up before its first, gone after its last. */
export function platesOnTwin() {
  let me: Awaited<ReturnType<typeof user>>;
  let twin: RunningTwin & { readonly s3: S3Client };
  const environment: NodeJS.ProcessEnv = {};
  const put = (Key: string, Body: Buffer | string) =>
    twin.s3.send(new PutObjectCommand({ Bucket: 'imaging', Key, Body }));
  const archive = (verb: string, ...words: readonly string[]) =>
    me.lab(['archive', verb, ...words, ...batch]);
  beforeAll(async () => {
    me = await user(config, environment);
    twin = await me.twin();
    for (const plate of ['ONE', 'ZWEI'] as const)
      for (const well of ['r01c01', 'r01c02', 'r16c24'])
        await put(`${images(full[plate])}${well}f01p01-ch1.tiff`, Buffer.alloc(3000, plate + well));
    await put('projects/P/workspace/backend/B/ONE/ONE.sqlite', 'tables');
    await writeFile(
      join(me.cwd, 'plates.csv'),
      ['plate_id,plate_id_full,dye', ...Object.entries(full).map(([id, name]) => `${id},${name},x`)].join(
        '\n',
      ),
    );
  });
  afterAll(async () => {
    twin.s3.destroy();
    await me.leave();
  });
  return {
    get me() {
      return me;
    },
    get twin() {
      return twin;
    },
    put,
    archive,
    as: async <T>(person: string, work: () => Promise<T>): Promise<T> => {
      environment.LAB_TWIN_AS = person;
      try {
        return await work();
      } finally {
        delete environment.LAB_TWIN_AS;
      }
    },
    keys: async (Bucket: string, Prefix = ''): Promise<string[]> =>
      ((await twin.s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(
        each => each.Key!,
      ),
    confirmWord: async (verb: string, ...words: readonly string[]): Promise<string> =>
      /--confirm (\S+)/.exec((await archive(verb, ...words)).err)![1]!,
  };
}

export type PlatesOnTwin = ReturnType<typeof platesOnTwin>;
