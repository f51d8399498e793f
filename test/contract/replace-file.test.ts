import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../lib/contract/verb/replace-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replace-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function* broken(): Generator<string> {
  yield 'the first half';
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

it('a text that breaks off leaves the file that was there, and nothing where there was none', async () => {
  const path = join(folder, 'page.html');
  await expect(replaceFile(path, broken())).rejects.toThrow('ENOSPC');
  expect(await readdir(folder)).toEqual([]);
  await replaceFile(path, ['a ', 'page']);
  await expect(replaceFile(path, broken())).rejects.toThrow('ENOSPC');
  expect([await readdir(folder), await readFile(path, 'utf8')]).toEqual([['page.html'], 'a page']);
});

it('a file keeps its rights, and a link its place', async () => {
  const [path, link] = [join(folder, 'own.html'), join(folder, 'link.html')];
  await writeFile(path, 'old');
  await chmod(path, 0o640);
  await symlink('own.html', link);
  await replaceFile(link, 'new');
  expect([await readFile(path, 'utf8'), (await stat(path)).mode & 0o777]).toEqual(['new', 0o640]);
  expect((await readdir(folder)).sort()).toEqual(['link.html', 'own.html']);
});

it('what is no plain file is written to, and a folder or one that is not there is told by its own name', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), replaceFile(pipe, 'through a pipe')]);
  expect(read).toBe('through a pipe');
  await mkdir(join(folder, 'folder'));
  await expect(replaceFile(join(folder, 'folder'), 'x')).rejects.toMatchObject({ code: 'EISDIR' });
  const path = join(folder, 'none', 'page.html');
  await expect(replaceFile(path, 'x')).rejects.toMatchObject({
    path,
    message: expect.stringContaining(`'${path}'`),
  });
});
