import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../helpers/project.ts';

const node = join(root, 'node_modules/node/bin/node');

it.each([
  ['a benchmark', node, ['bench/main.ts', '3', 's3', 'nosuch'], 'there is no bench nosuch\n'],
  ['a number of rounds', node, ['bench/main.ts', '0', 's3'], '"0" is no number of rounds\n'],
  [
    'a part of the conformance',
    'bash',
    ['test/conformance/run.sh', 'nosuch'],
    'there is no part nosuch; there are: ',
  ],
])(
  '%s that there is not is refused: it would measure nothing, and look as if it had',
  (_, program, words, told) => {
    const { status, stdout, stderr } = spawnSync(program, words, { cwd: root, encoding: 'utf8' });
    expect([status, stdout, stderr.slice(0, told.length)]).toEqual([2, '', told]);
  },
);
