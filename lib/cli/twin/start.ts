import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workloads } from '../../../jobs/index.ts';
import { bundleWorkloads } from '../../build/bundle.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { startTwin, type Twin, type TwinOptions } from '../../twin/twin.ts';
import { outFolder, stateFolder, type TwinPlace, templateFile } from './folder.ts';

/** A twin in this process, over the stack as it is now. */
export async function startOwnTwin(
  place: TwinPlace,
  config: LabConfig,
  say: (text: string) => void,
  more: Partial<TwinOptions> = {},
): Promise<Twin> {
  await prepareTwin(place, config, say);
  const template = JSON.parse(await readFile(templateFile(place, config), 'utf8')) as object;
  return startTwin({
    folder: stateFolder(place),
    projectRoot: place.projectRoot,
    region: config.region,
    template,
    datasetBuckets: Object.values(config.datasets)
      .filter(dataset => dataset.access !== 'nda')
      .map(dataset => dataset.bucket),
    publicBuckets: Object.values(config.datasets)
      .filter(dataset => dataset.access === 'public')
      .map(dataset => dataset.bucket),
    node: process.execPath,
    tools: place.tools,
    ...more,
  });
}

/** Bundles the entrypoints, and synthesizes the stack where what it is made from has changed. */
export async function prepareTwin(
  place: TwinPlace,
  config: LabConfig,
  say: (text: string) => void,
): Promise<void> {
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  const enabled = workloads.filter(({ name }) => config.workloads[name]?.enabled);
  const contexts = enabled.map(({ image }) => image.context);
  await bundleWorkloads({ projectRoot: place.projectRoot, contexts });
  const stampFile = join(place.folder, `synth-${config.name}.stamp`);
  const stamp = await inputsDigest(place, config.name);
  const known = await readFile(stampFile, 'utf8').catch(() => '');
  if (known === stamp && existsSync(templateFile(place, config))) return;
  say('synthesizing the stack …');
  if ((await synth(place, config)) === 'taken') {
    // Another command has just begun the same: it is waited for, and asked again where it is killed.
    for (let tries = 0; tries < 40 && (await readFile(stampFile, 'utf8').catch(() => '')) !== stamp; tries++)
      await sleep(500);
    return prepareTwin(place, config, () => {});
  }
  await writeFile(stampFile, stamp);
}

/** What cdk says while another of its kind works in the same folder. */
const folderIsTaken = /Another CLI \(PID=\d+\) is currently|Other CLIs \(PID=[\d, ]+\) are currently/;

async function synth(place: TwinPlace, config: LabConfig): Promise<'done' | 'taken'> {
  const cdk = join(place.projectRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const child = spawn(
    process.execPath,
    [
      cdk,
      'synth',
      '--quiet',
      '--no-notices',
      '-o',
      outFolder(place),
      '-c',
      `lab=${config.name}`,
      '-c',
      `config=${place.configFile}`,
    ],
    {
      cwd: place.projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    },
  );
  let text = '';
  child.stdout.on('data', chunk => (text += chunk));
  child.stderr.on('data', chunk => (text += chunk));
  const [code, by] = await new Promise<readonly [number | null, string | null]>(done =>
    child.once('close', (...end) => done(end)),
  );
  // The terminal sends Ctrl-C to it too.
  if (by === 'SIGINT' || by === 'SIGTERM')
    throw new LabError({ where: 'cdk synth', message: 'interrupted' }, exitCodes.interruptedByUser);
  if (code !== 0 && folderIsTaken.test(text)) return 'taken';
  if (code !== 0)
    throw new LabError({
      where: 'cdk synth',
      message: text.trim() || `exited with ${code}`,
      fix: 'mend lab.config.ts, or run npm run synth to see more',
    });
  return 'done';
}

/** Digest of everything that the template is made from. */
async function inputsDigest({ projectRoot, configFile }: TwinPlace, lab: string): Promise<string> {
  const hash = createHash('sha256')
    .update(lab)
    .update(await readFile(configFile));
  for (const top of [
    'cdk.json',
    'package.json',
    'package-lock.json',
    'bin',
    'jobs',
    'lib/infra',
    'lib/config',
    'lib/contract',
    'containers',
  ]) {
    for (const path of await filesBelow(join(projectRoot, top)))
      hash.update(path.slice(projectRoot.length)).update(await readFile(path));
  }
  return hash.digest('hex');
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (!entries) return existsSync(path) ? [path] : [];
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}
