import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectMeta } from '../../../lib/twin/s3/disk/object-meta.ts';
import { StoredFiles } from '../../../lib/twin/s3/disk/stored-files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'twin-stored-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Objects of a folder, of these keys. */
async function stored(...keys: readonly string[]) {
  await mkdir(join(root, 'data'));
  const files = await StoredFiles.open(join(root, 'data'), join(root, 'data.log'));
  for (const key of keys) {
    const from = join(root, 'incoming');
    await writeFile(from, key);
    const { size, mtimeMs } = await stat(from);
    const rest = { etag: '', lastModified: '2026-01-01T00:00:00.000Z', headers: {}, checksums: {} };
    await files.place({ key, size, mtimeMs, ...rest }, from, async () => undefined);
  }
  return files;
}

it.each([
  ['is deleted', (files: StoredFiles, meta: ObjectMeta) => files.takeAway(meta)],
  ['has gone, and its record with it', (files: StoredFiles, meta: ObjectMeta) => files.forget(meta.key)],
  [
    'has gone, and its record stays',
    (files: StoredFiles, meta: ObjectMeta) => files.forget(meta.key, 'stays'),
  ],
])('while an object %s, whatever key is told has its object', async (_, remove) => {
  const files = await stored('a', 'b', 'c');
  expect(files.keys()).toEqual(['a', 'b', 'c']);
  let isOver = false;
  const removed = remove(files, files.get('b')!).then(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const key of files.keys()) expect([key, files.get(key)?.key]).toEqual([key, key]);
    expect([...files.all()].map(meta => meta.key)).toEqual(files.keys());
    await Promise.resolve();
  }
  await removed;
  expect(files.keys()).toEqual(['a', 'c']);
  files.close();
});
