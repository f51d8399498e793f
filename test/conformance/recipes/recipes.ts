/**
 * Follows CONTRIBUTING.md's recipe for a workload in a copy of this tree: writes each file that it shows, adds the lines that it
 * adds, and runs its commands as they stand. What a person would have to add in thought fails here.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const clone = mkdtempSync(join(tmpdir(), 'lab-recipes-'));
process.once('exit', () => rmSync(clone, { recursive: true, force: true }));

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
for (const path of files.split('\0').filter(each => each !== ''))
  cpSync(join(root, path), join(clone, path), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));

const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const recipe = text.slice(text.indexOf('\n## A workload\n'), text.indexOf('\n## A verb'));
/** The line before a block, and the block. */
const blocks = [...recipe.matchAll(/^([^\n]*)\n\n```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, before, language, content]) => ({ before: before!, language: language!, content: content! }),
);

const edit = (path: string, change: (before: string) => string): void =>
  writeFileSync(join(clone, path), change(readFileSync(join(clone, path), 'utf8')));
let last = '';
let ran = 0;
for (const { before, language, content } of blocks) {
  if (language === 'sh') {
    for (const command of content.trim().split('\n')) run(command);
    continue;
  }
  const [, path] = /`([^`]+\/[^`]+|lab\.config\.ts)`$/.exec(before) ?? [];
  if (path === undefined) edit(last, old => old.replace(/\n\];/, `\n${content.trimEnd()}\n];`));
  else if (before.startsWith('A line in ')) edit(path, old => `${content}${old}`);
  else {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), content);
  }
  last = path ?? last;
}

function run(command: string): void {
  process.stdout.write(`$ ${command}\n`);
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: clone,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} exited with ${status}\n${stdout}\n${stderr}`);
  ran++;
}

const expectText = (path: string, expected: string): void => {
  const found = readFileSync(join(clone, path), 'utf8');
  if (found !== expected)
    throw new Error(`${path} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
};
if (ran < 8 || blocks.length < 12)
  throw new Error(`${blocks.length} blocks and ${ran} commands are no recipe`);
expectText('results/ann/greeting.txt', 'hello Ann of the third floor\n');
expectText('results/bob/greeting.txt', 'hello Bob\n');
const listed = spawnSync('bash', ['-c', 'find results -name guests.txt -exec cat {} +'], {
  cwd: clone,
  encoding: 'utf8',
});
if (listed.stdout !== 'ann\nbob\n')
  throw new Error(`the second step has listed ${JSON.stringify(listed.stdout)}`);
const scripts = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
if (!scripts.scripts['submit:hello']) throw new Error('there is no npm script submit:hello');
process.stdout.write(`ok: ${blocks.length} blocks written, ${ran} commands run\n`);
