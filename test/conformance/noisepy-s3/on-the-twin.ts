// A lab whose archive is public, as SCEDC's is, on the twin; s3_layer.py beside this file meets it as a stranger and as its owner.
// usage: on-the-twin.ts PYTHON
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { workloads } from '../../../jobs/index.ts';
import { runCli } from '../../../lib/cli/main.ts';

const [python = ''] = process.argv.slice(2);
const here = import.meta.dirname;
const root = mkdtempSync(join(tmpdir(), 'noisepy-s3-'));
const configFile = join(root, 'lab.config.json');
const twinFolder = join(root, 'twin');
writeFileSync(
  configFile,
  JSON.stringify({
    name: 'noise',
    region: 'us-west-2',
    datasets: { scedc: { bucket: 'scedc-pds', region: 'us-west-2', access: 'public' } },
    workloads: { 'ambient-noise': { datasets: { '/archive': 'scedc' } } },
  }),
);
const stopping = new AbortController();
async function lab(...argv: readonly string[]): Promise<string> {
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    projectRoot: resolve(here, '../../..'),
    twinFolder,
    cwd: root,
    configFile,
    environment: { PATH: process.env.PATH ?? '' },
    io: { out: { write: (text: string) => (out += text) }, err: { write: (text: string) => (err += text) } },
    stdin: Readable.from([]),
    signal: stopping.signal,
    workloads,
    now: () => new Date(),
    seed: () => '000001',
  });
  if (code !== 0 && !stopping.signal.aborted)
    throw new Error(`lab ${argv.join(' ')} ended with ${code}: ${err}`);
  return out;
}

const serving = lab('twin', 'serve');
while (!JSON.parse(await lab('twin', 'status', '--json')).up) await sleep(200);
try {
  const source = join(root, 'source');
  const waveforms = join(here, '../ambient-noise/waveforms.py');
  execFileSync(python, [waveforms, source, '2024-03-01', '2', 'STAA,STAB'], { stdio: 'inherit' });
  const archive = join(twinFolder, 'state/s3/scedc-pds');
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
  stopping.abort();
  await serving;
  rmSync(root, { recursive: true, force: true });
}
