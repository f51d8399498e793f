import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const entrypoint = readFileSync(
  join(import.meta.dirname, '../../../containers/rapidtide/mount-and-run'),
  'utf8',
);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-entrypoint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The entrypoint where the kernel says this much, by cgroup v2 or v1, and `node` tells that it came so far. */
function start(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'node'), '#!/bin/sh\necho "node $*"\n', { mode: 0o755 });
  const script = entrypoint
    .replaceAll('/sys/fs/cgroup/memory.max', join(folder, 'v2'))
    .replaceAll('/sys/fs/cgroup/memory/memory.limit_in_bytes', join(folder, 'v1'))
    .replaceAll('/usr/local/bin/node', join(folder, 'node'));
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'mount-and-run', 'a', 'b'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, INPUT_BUCKET: 'x' },
  });
  return { status, stdout, stderr };
}

it.each<Record<string, string>>([{ v2: '4194304\n' }, { v1: '6291456\n' }])(
  'a container with a few MiB, %j, says why nothing runs, and leads to JSON',
  files => {
    const { status, stdout } = start(files);
    expect(status).toBe(70);
    expect(stdout).toMatch(/^this job got [46] MiB of memory.*memory=4.*'\{"command":\["bash"/);
  },
);

it.each<Record<string, string>>([
  { v2: 'max\n' },
  { v2: '65011712000\n' },
  { v1: '9223372036854771712\n' },
  {},
])('any other, %j, starts Node', files => {
  expect(start(files)).toEqual({
    status: 0,
    stdout: 'node /opt/arraylab/rapidtide.mjs a b\n',
    stderr: '',
  });
});
