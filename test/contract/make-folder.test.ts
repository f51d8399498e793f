import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder, makeUsableFolder } from '../../lib/contract/verb/make-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'made-'));

it('makes what is missing, as many times at once as are asked for, and leaves what is there', async () => {
  const deep = join(folder, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(deep, 0o700)));
  expect(statSync(deep).mode & 0o777).toBe(0o700);
  await makeUsableFolder(deep);
  expect(readdirSync(deep)).toEqual([]);
  await makeFolder('/');
});

it.each([
  ['/proc/lab/results', 'ENOTSUP'],
  ['/proc/self/fd/x', 'ENOTSUP'],
  ['/dev/null/x', 'ENOTDIR'],
])('%s holds no files, and that is told at once', async (path, code) => {
  await expect(makeFolder(path)).rejects.toMatchObject({
    code,
    path: expect.stringContaining(path.slice(0, 9)),
  });
});

it('a folder that is there and takes nothing is found out before anything is asked for', async () => {
  await makeFolder('/proc');
  await expect(makeUsableFolder('/proc')).rejects.toMatchObject({ code: 'ENOENT' });
  writeFileSync(join(folder, 'file'), '');
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
});

it('no folder that a person can name is made by what tries without end', () => {
  const root = resolve(import.meta.dirname, '../..');
  const sources = ['lib/cli', 'lib/build', 'lib/runs', 'lib/report', 'jobs', 'lib/aws/store.ts'].flatMap(
    top =>
      top.endsWith('.ts')
        ? [top]
        : readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map(path => join(top, path)),
  );
  const recursive = sources.filter(
    path =>
      path.endsWith('.ts') && /\bmkdir(?:Sync)?\([^;]*recursive/.test(readFileSync(join(root, path), 'utf8')),
  );
  expect(sources.length).toBeGreaterThan(300);
  expect(recursive).toEqual([]);
});
