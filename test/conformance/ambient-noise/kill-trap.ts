// A container that goes, with a NoisePy in it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { correlateArguments } from '../../../containers/ambient-noise/noisepy/arguments.ts';
import { check, days, driver, python, recipe, root, source } from './trap-world.ts';

await check('a container that is killed takes NoisePy with it, in the middle of a day', async () => {
  const work = join(root, 'killed');
  mkdirSync(work);
  const folders = {
    waveforms: join(source, 'continuous_waveforms'),
    metadata: join(source, 'FDSNstationXML/CI'),
  };
  const args = correlateArguments(
    { ...recipe, settings: { ...recipe.settings, step: '60' } },
    recipe.stations,
    days[0]!,
    {
      ...folders,
      correlations: join(work, 'ccf'),
      log: join(work, 'log.txt'),
    },
  );
  const container = spawn(
    process.execPath,
    [join(import.meta.dirname, 'busy-container.ts'), python, driver, work, JSON.stringify(args)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(container.stdout, 'data');
  const family = familyOf(container.pid!);
  container.kill('SIGKILL');
  assert.ok(family.length >= 3, `the container, NoisePy and its day: ${family.join(', ')}`);
  for (let tries = 0; tries < 50 && family.some(isAlive); tries++) await sleep(100);
  assert.deepEqual(family.filter(isAlive), []);
});

/** A process and all that come from it. */
function familyOf(pid: number): readonly number[] {
  const found = [pid];
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = text
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  for (const each of found)
    found.push(...pairs.flatMap(([child, parent]) => (parent === each ? [child!] : [])));
  return found;
}

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
