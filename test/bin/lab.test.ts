import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** `lab` as a process of its own, with a reader that goes away at once on one of its streams. */
async function labWithout(
  stream: 'stdout' | 'stderr',
  words: readonly string[],
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(join(root, 'node_modules/node/bin/node'), [join(root, 'bin/lab.ts'), ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', chunk => (text[name] += chunk));
  child[stream].destroy();
  const code = await new Promise<number | null>(done => child.once('close', done));
  return { code, out: text.stdout, err: text.stderr };
}

it('goes on to its end when nobody reads its talk: lab … 2>&1 | head -1', async () => {
  const { code, out } = await labWithout('stderr', ['twin', 'status', '--json']);
  expect(JSON.parse(out)).toHaveProperty('up');
  expect(code).toBe(0);
});

it('ends without an error when nobody reads its results: lab … | head -1', async () => {
  const { code, err } = await labWithout('stdout', ['twin', 'status']);
  expect(err).not.toContain('EPIPE');
  expect(code).toBe(0);
});
