import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workloads } from '../../jobs/index.ts';
import { allCommands } from '../../lib/cli/commands.ts';
import { candidates } from '../../lib/cli/completion/candidates.ts';
import { completionScripts } from '../../lib/cli/completion/scripts.ts';

const asked: string[] = [];
const world = {
  commands: await allCommands(workloads),
  workloads,
  runs: async () => ['20261128t130003z-4e88b5', '20261127t130003z-aaaaaa'],
  items: async (run: string) => {
    asked.push(run);
    return ['sub-001', 'sub-002', 'p 1'];
  },
};
const complete = (...words: string[]) => candidates(words, world);

it.each([
  [['sta'], ['status', 'stack-info']],
  [['submit', 'rapid'], ['rapidtide']],
  [['submit', 'rapidtide', '--dry'], ['--dry-run']],
  [
    ['submit', 'rapidtide', '--pool', ''],
    ['arm64-ondemand', 'x86-ondemand'],
  ],
  [
    ['logs', ''],
    ['latest', '20261128t130003z-4e88b5', '20261127t130003z-aaaaaa'],
  ],
  [
    ['logs', '20261128t130003z-4e88b5', '--failed', 'sub'],
    ['sub-001', 'sub-002'],
  ],
  [
    ['logs', '--step', 'run', 'sub'],
    ['sub-001', 'sub-002'],
  ],
  [
    ['archive', 'de'],
    ['delete', 'destroy'],
  ],
  [['archive', 'delete', '--conf'], ['--confirm']],
  [['archive', 'audit', '--sh'], ['--share']],
  [['nosuch', ''], []],
])('lab %j may go on with %j', async (words, found) => {
  expect(await complete(...words)).toEqual(found);
});

it('a value of an option that has choices is one of them, and of another is anything', async () => {
  const rapidtide = workloads.find(spec => spec.name === 'rapidtide')!;
  const choice = rapidtide.parameters.find(each => each.choices)!;
  expect(await complete('submit', 'rapidtide', `--${choice.name}`, '')).toEqual(choice.choices);
  expect(await complete('submit', 'rapidtide', '--participants', '')).toEqual([]);
});

it('items are those of the run that the line names, and nothing is asked for a verb', async () => {
  asked.length = 0;
  await complete('re');
  expect(asked).toEqual([]);
  await complete('fetch', '20261127t130003z-aaaaaa', 'p');
  expect(asked).toEqual(['20261127t130003z-aaaaaa']);
});

it('bash gets the words, those with blanks as one word', () => {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  try {
    writeFileSync(join(folder, 'lab'), '#!/bin/sh\nprintf "%s\\n" "p 1" "asked: $*"\n');
    chmodSync(join(folder, 'lab'), 0o755);
    const script = `${completionScripts.bash}
COMP_WORDS=(lab logs latest p) COMP_CWORD=3
_lab_words
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH}` },
    });
    expect(out).toBe('p\\ 1\nasked:\\ completion\\ words\\ --\\ logs\\ latest\\ p\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
