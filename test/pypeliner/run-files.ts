import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { FileError } from '../../jobs/pypeliner/files/file-error.ts';
import { type FileStorageOptions, fileStorage } from '../../jobs/pypeliner/files/file-storage.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import { keys, startS3 } from '../twin/s3/helper.ts';

/** Files of a test on this machine, which go when it has ended. */
export let folder: string;
/** What the storages of a test take for now; each look at it is a millisecond later. */
export const clock = { now: 1_700_000_000_000 };
let s3: Awaited<ReturnType<typeof startS3>>;
let runs = 0;
/** For a file of tests: an S3 with buckets `output` and `other`, up before its first, gone after its last. */
export function startFiles(): void {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'file-storage-'));
    s3 = await startS3();
    for (const Bucket of ['output', 'other']) await s3.s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    s3.s3.destroy();
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** A bucket of the twin’s S3, by HTTP, in parts of 5 MiB. */
export const bucket = (name: string, credentials = fixedKeys(keys)) =>
  objectStore({
    bucket: name,
    region: 'us-east-1',
    endpoint: s3.url,
    credentials,
    partBytes: 5 * 1024 * 1024,
  });
/** A run's storage as its head has it; `again` is the same for another head, `job` for one of its jobs. */
export function run(more: Partial<FileStorageOptions> = {}) {
  const options = {
    store: bucket('output'),
    storeOf: bucket,
    prefix: `pypeliner/run-${runs++}/`,
    now: () => clock.now++,
    ...more,
  };
  return {
    head: fileStorage({ ...options, listsFirst: true }),
    again: Object.assign(() => fileStorage({ ...options, listsFirst: true }), { options }),
    job: () => fileStorage(options),
  };
}
/** A file of this content, by its path. */
export const here = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
/** The code of the error that the work ends with; undefined where it ends well. */
export const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as FileError).code,
  );
