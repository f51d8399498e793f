import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFully } from '../../lib/contract/run/write-fully.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-write-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a disk that takes parts of writes gets all of the bytes, and one that takes none of them is full', async () => {
  const path = join(folder, 'file');
  const file = await open(path, 'w');
  const write = file.write as (...words: unknown[]) => Promise<{ bytesWritten: number; buffer: Buffer }>;
  let least = 1;
  file.write = ((bytes: Buffer, offset: number, length: number, position: number | null) =>
    least === 0
      ? Promise.resolve({ bytesWritten: 0, buffer: bytes })
      : write.call(file, bytes, offset, Math.min(length, 3), position)) as typeof file.write;
  await writeFully(file, Buffer.from('0123456789'));
  await writeFully(file, Buffer.from('abcd'), 4);
  expect(await readFile(path, 'utf8')).toBe('0123abcd89');
  least = 0;
  await expect(writeFully(file, Buffer.from('x'))).rejects.toMatchObject({ code: 'ENOSPC' });
  await writeFully(file, Buffer.alloc(0));
  await file.close();
});

const root = join(import.meta.dirname, '../..');
/** A write of a part of a file whose answer nobody reads. */
const isUnread = (line: string): boolean =>
  /\bawait (?:this\.)?#?(?:file|handle|log|out|part)\.writev?\(/.test(line) && !/bytesWritten/.test(line)
    ? true
    : /(?<![=] )(?<!\w)writeSync\(/.test(line.replace(/^import .*/, ''));

it('no file is written in parts without a look at how much of each was taken', () => {
  const unread = ['lib', 'jobs', 'containers'].flatMap(top =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith('.ts') && !path.endsWith('write-fully.ts'))
      .flatMap(path =>
        readFileSync(join(root, top, path), 'utf8')
          .split('\n')
          .filter(isUnread)
          .map(line => `${top}/${path}: ${line.trim()}`),
      ),
  );
  expect(unread).toEqual([]);
  expect([isUnread('  await file.write(bytes);'), isUnread('  writeSync(this.#file, line);')]).toEqual([
    true,
    true,
  ]);
});
