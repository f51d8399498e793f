// A lab whose archive is public, as SCEDC's is, on the twin; s3_layer.py beside this file meets it as a stranger and as its owner.
// usage: on-the-twin.ts PYTHON
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labOf } from '../lab-of.ts';

const [python = ''] = process.argv.slice(2);
const here = import.meta.dirname;
const {
  root,
  state,
  lab: say,
  stop,
} = labOf(
  'noisepy-s3',
  {
    name: 'noise',
    region: 'us-west-2',
    datasets: { scedc: { bucket: 'scedc-pds', region: 'us-west-2', access: 'public' } },
    workloads: { 'ambient-noise': { datasets: { '/archive': 'scedc' } } },
  },
  { PATH: process.env.PATH ?? '' },
);
let isOver = false;
async function lab(...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await say(...argv);
  if (code !== 0 && !isOver) throw new Error(`lab ${argv.join(' ')} ended with ${code}: ${err}`);
  return out;
}

const serving = lab('twin', 'serve');
while (!JSON.parse(await lab('twin', 'status', '--json')).up) await sleep(200);
try {
  const source = join(root, 'source');
  const waveforms = join(here, '../ambient-noise/waveforms.py');
  execFileSync(python, [waveforms, source, '2024-03-01', '2', 'STAA,STAB'], { stdio: 'inherit' });
  const archive = join(state, 's3/scedc-pds');
  mkdirSync(archive, { recursive: true });
  cpSync(source, archive, { recursive: true });
  const keys = Object.fromEntries(
    [...(await lab('twin', 'env', '--as', 'datasets')).matchAll(/^export (\w+)=(.*)$/gm)].map(
      ([, name, value]) => [name, value],
    ),
  );
  // The twin is in this process: it has to be free to answer.
  const layer = spawn(python, [join(here, 's3_layer.py'), source], {
    env: { ...process.env, ...keys },
    cwd: root,
    stdio: 'inherit',
  });
  [process.exitCode] = await once(layer, 'exit');
} finally {
  isOver = true;
  stop();
  await serving;
  rmSync(root, { recursive: true, force: true });
}
