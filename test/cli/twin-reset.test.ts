import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { workloads } from '../../jobs/index.ts';
import { runCli } from '../../lib/cli/main.ts';

let cwd: string;
const scan = (): string => join(cwd, 'twin', 'state', 's3', 'bucket', 'scan.nii');
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lab-reset-'));
  await mkdir(join(scan(), '..'), { recursive: true });
  await writeFile(scan(), 'a scan');
  await writeFile(join(cwd, 'mine.txt'), 'not of the twin');
  // The question itself.
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(cwd, { recursive: true });
});

/** `lab twin reset` at a terminal where somebody types, or without one. */
async function reset(typed: string | undefined, ...options: string[]) {
  let err = '';
  const stdin = Readable.from(typed === undefined ? [] : [Buffer.from(typed)]);
  const code = await runCli(['twin', 'reset', ...options], {
    projectRoot: resolve(import.meta.dirname, '../..'),
    twinFolder: join(cwd, 'twin'),
    cwd,
    environment: {},
    io: { out: { write: () => true }, err: { write: text => (err += text) } },
    stdin: typed === undefined ? stdin : Object.assign(stdin, { isTTY: true }),
    signal: new AbortController().signal,
    workloads,
    now: () => new Date(),
    seed: () => '000000',
  });
  return { code, err, isKept: existsSync(scan()) };
}

it.each(['yes\n', '\n', 'RESET\n', ''])('%j at the question deletes nothing', async typed => {
  const { code, isKept } = await reset(typed);
  expect([code === 0, isKept]).toEqual([false, true]);
});

it('the word that is asked for deletes the twin’s state, and nothing beside it', async () => {
  expect(await reset('reset\n')).toMatchObject({ code: 0, isKept: false });
  expect(existsSync(join(cwd, 'mine.txt'))).toBe(true);
});

it('where nobody can be asked nothing is deleted without --yes', async () => {
  expect(await reset(undefined)).toMatchObject({
    code: 2,
    isKept: true,
    err: expect.stringContaining('--yes'),
  });
  expect(await reset(undefined, '--yes')).toMatchObject({ code: 0, isKept: false });
});
