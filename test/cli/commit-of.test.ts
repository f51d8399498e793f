import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitOf } from '../../lib/cli/commit-of.ts';

it('a commit is that of the repository around a folder, changed or not; in none there is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-commit-'));
  const lists = join(folder, 'lists', 'of', 'today');
  mkdirSync(lists, { recursive: true });
  try {
    expect(await commitOf(lists)).toBeUndefined();
    const git = (...words: readonly string[]): void =>
      void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
        cwd: folder,
        stdio: 'ignore',
      });
    git('init');
    writeFileSync(join(lists, 'list.txt'), 'p1');
    git('add', '.');
    git('commit', '-m', 'lists');
    const clean = await commitOf(lists);
    expect(clean).toMatch(/^[0-9a-f]{40}$/);
    writeFileSync(join(lists, 'list.txt'), 'p2');
    expect(await commitOf(lists)).toBe(`${clean}-dirty`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
