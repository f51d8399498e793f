import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeIndex, memberOf } from '../../jobs/plate-archive/format/archive-index.ts';
import { tarsPrefix } from '../../jobs/plate-archive/format/archive-keys.ts';
import { newestGeneration } from '../../jobs/plate-archive/generations.ts';
import { readSeal } from '../../jobs/plate-archive/restore/find-entries.ts';
import { restoreNote } from '../../jobs/plate-archive/restore-note.ts';
import { imagesPrefix, PlateLab, plate } from './plate-lab.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-note-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('the commands of RESTORE.txt give every object back and prove it, and name what is missing', async () => {
  const lab = new PlateLab();
  for (const name of [
    'r01c01f01.tiff',
    '100%.csv',
    'a//b',
    '../up',
    'back\\slash',
    ' blank ',
    '%25',
    'a[1].tif',
    'long'.repeat(70),
  ])
    lab.image(name, `of ${name}`);
  const { digest } = await lab.archive();
  const store = lab.s3.store('cold');
  const { inventory } = (await newestGeneration(store, plate))!;
  const note = restoreNote(inventory.head, await readSeal(store, plate, digest));
  await mkdir(join(folder, 'tars'));
  for (const { key, body } of lab.s3.current('cold', tarsPrefix(plate, digest)))
    await writeFile(join(folder, 'tars', key.slice(key.lastIndexOf('/') + 1)), body);
  const after = (words: string): string => note.split(words)[1]!.split('\n')[0]!.trim();
  const bash = (script: string): string =>
    execFileSync('bash', ['-c', `set -eo pipefail; ${script}`], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const unpack = after('Unpack them in one folder:');
  const prove = after('Prove that all is there:');
  expect(bash(`${unpack}; ${prove}`)).toBe('');
  const entries = decodeIndex(await readFile(join(folder, 'plate', 'index.ndjson')));
  expect(entries).toHaveLength(9);
  for (const entry of entries)
    expect(await readFile(join(folder, 'plate', memberOf(entry)), 'utf8')).toBe(
      `of ${entry.key.slice(imagesPrefix.length)}`,
    );
  // One file, whatever is in its name.
  await mkdir(join(folder, 'one'));
  const one = note.split('(names end with NUL):\n')[1]!.split('\n')[0]!.trim();
  for (const { key } of entries.filter(({ member }) => member === undefined))
    bash(
      `cd one; for t in ../tars/*-0*.tar; do ${one.replace("'KEY'", `'${key}'`).replace('NAME', '"$t"')} || true; done`,
    );
  expect(
    (await readdir(join(folder, 'one'), { recursive: true, withFileTypes: true })).filter(each =>
      each.isFile(),
    ),
  ).toHaveLength(entries.filter(({ member }) => member === undefined).length);
  await rm(join(folder, 'plate', 'data', imagesPrefix, '100%.csv'));
  expect(() => bash(prove)).toThrow(/100%.csv': No such file/);
});
