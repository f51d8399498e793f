import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyFolder } from '../../../containers/runtime/empty-folder.ts';

const base = mkdtempSync(join(tmpdir(), 'lab-empty-'));
const path = join(base, 'item');
afterAll(() => rmSync(base, { recursive: true, force: true }));
afterEach(() => rmSync(path, { recursive: true, force: true }));

const isEmpty = () => statSync(path).isDirectory() && readdirSync(path).length === 0;

it.each([
  ['nothing', () => undefined],
  ['a file', () => writeFileSync(path, 'x')],
  ['a link that leads nowhere', () => symlinkSync(join(base, 'nowhere'), path)],
  ['a folder with a few files', () => [mkdirSync(path), writeFileSync(join(path, 'a'), 'x')]],
  [
    'a folder with folders',
    () => [mkdirSync(join(path, 'b'), { recursive: true }), writeFileSync(join(path, 'b/c'), '')],
  ],
  [
    'a folder with many files',
    () => [mkdirSync(path), Array.from({ length: 40 }, (_, i) => writeFileSync(join(path, `${i}`), ''))],
  ],
])('where there is %s, there is an empty folder', async (_, put) => {
  put();
  await emptyFolder(path);
  expect(isEmpty()).toBe(true);
});

it('what a link in its place leads to stays', async () => {
  const elsewhere = join(base, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'theirs'), 'x');
  symlinkSync(elsewhere, path);
  await emptyFolder(path);
  expect(isEmpty()).toBe(true);
  expect(readdirSync(elsewhere)).toEqual(['theirs']);
});
