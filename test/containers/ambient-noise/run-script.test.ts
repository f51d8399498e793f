import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '../../../containers/ambient-noise/script/run-script.ts';
import { runTool } from '../../../containers/runtime/exec.ts';
import { folderStore } from '../../helpers/folder-store.ts';

let root: string;
let said: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'script-'));
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

let attempts = 0;
/** An attempt of a shell script over March 2024, in a scratch folder of its own. */
async function attempt(text: string, { allowed = 0, stopAt = '', name = 'my.sh' } = {}) {
  const script = join(root, name);
  writeFileSync(script, text);
  chmodSync(script, 0o755);
  const scratch = join(root, `scratch-${attempts++}`);
  mkdirSync(scratch);
  const controller = new AbortController();
  const log = (line: string): undefined => {
    said.push(line);
    if (line === stopAt) controller.abort();
  };
  return runScript({
    unit: { name: '2024-03', first: '2024-03-01', last: '2024-03-31' },
    script,
    name,
    arguments: ['--fast'],
    allowed,
    places: {
      stations: ['CI.A', 'CI.B'],
      input: 's3://archive/',
      output: 's3://lab/runs/ambient-noise/1/outputs/2024-03/',
      scratch,
      vcpus: 4,
      memoryMiB: 8000,
      scratchBytes: 1e9,
    },
    results: { ...folderStore(join(root, 'bucket')), prefix: 'ambient-noise/' },
    outputPrefix: 'runs/ambient-noise/1/outputs/2024-03/',
    checkpointPrefix: 'ambient-noise/checkpoints/1/2024-03/',
    exec: (command, environment) =>
      runTool({
        command,
        cwd: scratch,
        environment: { PATH: process.env.PATH!, ...environment },
        signal: controller.signal,
        graceMs: 5000,
        onLine: log,
      }),
    signal: controller.signal,
    log,
  });
}

it('a shell script is told its unit, by environment and by arguments, and leaves its results', async () => {
  const end = await attempt(
    'echo "$UNIT $UNIT_FIRST_DAY $UNIT_LAST_DAY $UNIT_DAYS $STATIONS $INPUT_URI $CORES $MEMORY_MIB" > "$OUTPUT_DIR/environment"\necho "$@" > "$OUTPUT_DIR/arguments"\n',
  );
  expect(end).toMatchObject({ exitCode: 0, verdict: 'whole', rows: [] });
  expect(readFileSync(join(end.outputFolder, 'environment'), 'utf8')).toBe(
    '2024-03 2024-03-01 2024-03-31 31 CI.A,CI.B s3://archive/ 4 8000\n',
  );
  expect(readFileSync(join(end.outputFolder, 'arguments'), 'utf8')).toBe(
    '--fast 2024-03 2024-03-01 2024-03-31\n',
  );
});

it('anything that can be executed is a script', async () => {
  const end = await attempt('#!/usr/bin/env -S perl\nopen(F, ">", "$ENV{OUTPUT_DIR}/x"); print F "x";\n', {
    name: 'mine',
  });
  expect(end).toMatchObject({ exitCode: 0, verdict: 'whole' });
});

it.each([
  ['ends with 3', 'exit 3', 3, /^my\.sh exited with 3/],
  ['leaves nothing', 'exit 0', 0, /ended well, and left nothing in OUTPUT_DIR or below OUTPUT_URI/],
  [
    'tells rows that are none',
    'echo station,day > "$OUTPUT_DIR/station-days.csv"',
    0,
    /station-days\.csv: line 1 has no column state/,
  ],
])('a script that %s has failed, and says why', async (_, text, exitCode, reason) => {
  const end = await attempt(text);
  expect(end).toMatchObject({ exitCode, verdict: 'failed' });
  expect(end.reason).toMatch(reason);
});

it('what is missing is judged by the script’s own rows, and by what is allowed', async () => {
  const text = `printf 'station,day,state,reason\\nCI.A,2024-03-01,used,\\nCI.B,2024-03-01,no-file,"no file, at all"\\n' > "$OUTPUT_DIR/station-days.csv"`;
  const failed = await attempt(text);
  expect(failed).toMatchObject({ exitCode: 0, verdict: 'failed' });
  expect(failed.reason).toBe('1 of 2 station-days are missing: CI.B 2024-03-01 (no file, at all)');
  expect(await attempt(text, { allowed: 0.5 })).toMatchObject({ verdict: 'partial' });
});

it('a script that is stopped goes on from what it had: its checkpoint and its results belong together', async () => {
  const text = `
trap 'exit 143' TERM
for day in 01 02 03; do
  [ -e "$CHECKPOINT_DIR/$day" ] && continue
  echo "made $day by $$" > "$OUTPUT_DIR/$day"
  touch "$CHECKPOINT_DIR/$day"
  [ "$day" != 02 ] || [ -e "$CHECKPOINT_DIR/again" ] || { touch "$CHECKPOINT_DIR/again"; echo half; sleep 30 & wait; }
done
`;
  const stopped = await attempt(text, { stopAt: 'half' });
  expect(stopped.exitCode).not.toBe(0);
  expect(said).toContain('kept a checkpoint of 5 files');
  const before = readFileSync(join(stopped.outputFolder, '01'), 'utf8');
  const end = await attempt(text);
  expect(said).toContain('goes on from a checkpoint of 5 files');
  expect(end).toMatchObject({ exitCode: 0, verdict: 'whole' });
  expect(readFileSync(join(end.outputFolder, '01'), 'utf8')).toBe(before);
  expect(readFileSync(join(end.outputFolder, '03'), 'utf8')).toMatch(/^made 03/);
});
