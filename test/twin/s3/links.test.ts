import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, text, keys } = oneBucket(Bucket);
const remove = (Key: string) => twin.s3.send(new DeleteObjectCommand({ Bucket, Key }));

/** What is not the twin's, and a link to it may be put into a bucket's folder by hand. */
let outside: string;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'scan.nii'), 'mine');
});
afterEach(() => rm(outside, { recursive: true, force: true }));
const outsideNow = async () => [await readdir(outside), await readFile(join(outside, 'scan.nii'), 'utf8')];
const untouched = [['scan.nii'], 'mine'];

it('nothing is listed, read, written or deleted through a link to a folder, above or below', async () => {
  await symlink(outside, join(twin.root, Bucket, 'linked'));
  expect(await keys()).toEqual([]);
  expect(await keys({ Prefix: 'linked/' })).toEqual([]);
  expect(await failure(text('linked/scan.nii'))).toBe('NoSuchKey 404');
  for (const key of ['linked/scan.nii', 'linked/new', 'linked/deep/new'])
    expect(await failure(put(key, 'x'))).toBe('AccessDenied 403');
  await expect(put('linked/new', 'x')).rejects.toThrow('symbolic link');
  expect(await failure(remove('linked/scan.nii'))).toBe('no error');
  expect(await outsideNow()).toEqual(untouched);
});

it('objects whose folder becomes a link are gone, and what they were stays', async () => {
  await put('run/scan.nii', 'an object');
  await put('run/deep/scan.nii', 'another');
  await rename(join(twin.root, Bucket, 'run'), join(outside, 'run'));
  await symlink(join(outside, 'run'), join(twin.root, Bucket, 'run'));
  for (const key of ['run/scan.nii', 'run/deep/scan.nii']) {
    expect(await failure(text(key))).toBe('NoSuchKey 404');
    expect(await failure(remove(key))).toBe('no error');
    expect(await failure(put(key, 'x'))).toBe('AccessDenied 403');
  }
  expect(await readFile(join(outside, 'run/scan.nii'), 'utf8')).toBe('an object');
  expect(await readFile(join(outside, 'run/deep/scan.nii'), 'utf8')).toBe('another');
});

it('a link to a file is read as that file; what is written or deleted is the link', async () => {
  const file = join(outside, 'scan.nii');
  await mkdir(join(twin.root, Bucket, 'sub'));
  await symlink(file, join(twin.root, Bucket, 'sub/a'));
  await symlink(file, join(twin.root, Bucket, 'sub/b'));
  expect(await keys()).toEqual(['sub/a', 'sub/b']);
  expect(await text('sub/a')).toBe('mine');
  await put('sub/a', 'other');
  await remove('sub/b');
  expect([await text('sub/a'), await keys()]).toEqual(['other', ['sub/a']]);
  expect(await outsideNow()).toEqual(untouched);
});
