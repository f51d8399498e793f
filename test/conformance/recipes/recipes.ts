/**
 * Follows CONTRIBUTING.md's recipes, each in a copy of this tree of its own: writes each file that it shows, adds the lines that it
 * adds, and runs its commands as they stand. What a person would have to add in thought fails here.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'lab-recipes-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter(each => each !== '');

function cloneFor(recipe: number): string {
  const clone = join(folder, String(recipe));
  for (const path of files) cpSync(join(root, path), join(clone, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  return clone;
}

const [, ...recipes] = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  .split(/^## (?=An? )/m)
  .map(each => each.split(/^## /m)[0]!);
if (recipes.length !== 5) throw new Error(`${recipes.length} recipes, and not five`);

/** Answers how many blocks were written and commands run. */
function follow(recipe: string, clone: string): { readonly blocks: number; readonly ran: number } {
  // The line before a block, where it is no other block's end, and the block.
  const blocks = [...recipe.matchAll(/(?:^([^\n]+)\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)];
  let last = '';
  let ran = 0;
  for (const [, before = '', language, content = ''] of blocks) {
    if (language === 'sh') {
      for (const command of content.trim().split('\n')) {
        run(command, clone);
        ran++;
      }
      continue;
    }
    const [, path, anchor] = /`([^`]+\/[^`]+|lab\.config\.ts)`(?:, behind `([^`]+)`)?$/.exec(before) ?? [];
    const edit = (name: string, change: (text: string) => string): void => {
      const old = readFileSync(join(clone, name), 'utf8');
      const text = change(old);
      if (text === old) throw new Error(`${before}: nothing of ${name} has changed`);
      writeFileSync(join(clone, name), text);
    };
    if (path === undefined) edit(last, old => old.replace(/\n\];/, `\n${content.trimEnd()}\n];`));
    else if (before.startsWith('Lines that go from ')) edit(path, old => old.replace(content, ''));
    else if (anchor !== undefined) edit(path, old => behind(old, anchor, content));
    else if (before.startsWith('A line in ')) edit(path, old => `${content}${old}`);
    else {
      mkdirSync(dirname(join(clone, path)), { recursive: true });
      writeFileSync(join(clone, path), content);
    }
    last = path ?? last;
  }
  return { blocks: blocks.length, ran };
}

/** With lines behind the first that begins like this. */
function behind(text: string, start: string, lines: string): string {
  const found = text.split('\n').findIndex(line => line.startsWith(start));
  if (found < 0) throw new Error(`no line begins with ${JSON.stringify(start)}`);
  return text
    .split('\n')
    .toSpliced(found + 1, 0, lines.trimEnd())
    .join('\n');
}

function run(command: string, cwd: string): void {
  process.stdout.write(`$ ${command}\n`);
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} exited with ${status}\n${stdout}\n${stderr}`);
}

for (const [number, recipe] of recipes.entries()) {
  process.stdout.write(`## ${recipe.split('\n')[0]}\n`);
  const clone = cloneFor(number);
  const { blocks, ran } = follow(recipe, clone);
  if (blocks < 4 || ran < 3) throw new Error(`${blocks} blocks and ${ran} commands are no recipe`);
  if (number === 0) {
    lookAtHello(clone);
    // The recipe has run the tests that know workloads: the rest of `npm run check`.
    run('npm run --silent check:rest', clone);
  }
  process.stdout.write(`ok: ${blocks} blocks, ${ran} commands\n`);
}

/** What the workload's run has made. */
function lookAtHello(clone: string): void {
  const expectText = (path: string, expected: string): void => {
    const found = readFileSync(join(clone, path), 'utf8');
    if (found !== expected)
      throw new Error(`${path} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  };
  expectText('results/ann/greeting.txt', 'hello Ann of the third floor\n');
  expectText('results/bob/greeting.txt', 'hello Bob\n');
  const listed = spawnSync('bash', ['-c', 'find results -name guests.txt -exec cat {} +'], {
    cwd: clone,
    encoding: 'utf8',
  });
  if (listed.stdout !== 'ann\nbob\n')
    throw new Error(`the second step has listed ${JSON.stringify(listed.stdout)}`);
  const { scripts } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  if (!scripts['submit:hello']) throw new Error('there is no npm script submit:hello');
}
