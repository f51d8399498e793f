import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noisePyOf } from '../../../containers/ambient-noise/session-of.ts';
import { noisepyVersion } from '../../../jobs/ambient-noise/settings.ts';
import type { TaskContext } from '../../../lib/contract/workload/task.ts';

let root: string;
let said: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'session-'));
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What stands for Python with the driver: it tells its version, counts nothing, and is ended by a day. */
function container(version = noisepyVersion) {
  const python = join(root, 'python');
  writeFileSync(
    python,
    `#!/bin/sh
echo "started" >&2
echo '{"noisepy":"${version}","obspy":"1","python":"3"}'
while read -r line; do
  case $line in *'"do":"noisepy"'*) kill -9 $$ ;; *) echo '{"files":[]}' ;; esac
done
`,
  );
  chmodSync(python, 0o755);
  const own = noisePyOf({ NOISEPY_PYTHON: python, NOISEPY_DRIVER: 'driver.py' });
  const context = {
    environment: { PATH: process.env.PATH! },
    limits: { vcpus: 2 },
    log: (line: string) => void said.push(line),
    signal: new AbortController().signal,
  } as unknown as TaskContext;
  return { day: () => own.session(context), close: () => own.close() };
}

const starts = (): number => said.filter(line => line === 'started').length;

it('one NoisePy serves all days; a day that ends it is told so, and the day behind it has another', async () => {
  const { day, close } = container();
  await (await day()).count(root);
  const ended = await day();
  expect(starts()).toBe(1);
  await expect(ended.run(root, [])).rejects.toThrow('NoisePy was ended by SIGKILL');
  expect(await (await day()).count(root)).toEqual([]);
  expect(starts()).toBe(2);
  await close();
});

it('another version than the one that was checked is refused', async () => {
  await expect(container('0.9.94').day()).rejects.toThrow(
    `this image has NoisePy 0.9.94, and ${noisepyVersion} is the one that was checked`,
  );
});
