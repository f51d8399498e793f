import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../helpers/project.ts';

// Linux's own full disk.
const full = '/dev/full';

(existsSync(full) ? it : it.skip)('what could not be written to stdout is not passed over', () => {
  const out = openSync(full, 'w');
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/lab.mjs'), '--help'], {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(out);
  expect([status, stderr]).toEqual([
    3,
    expect.stringContaining('error stdout: not all of it could be written (ENOSPC)'),
  ]);
});
