import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Deployment, deploymentOf } from '../aws/deployment.ts';
import type { Endpoint } from '../aws/endpoint.ts';
import { bundleWorkloads } from '../build/bundle.ts';
import type { LabConfig } from '../spec/config.ts';
import { LabError, refuse } from '../spec/errors.ts';
import { exitCodes } from '../spec/exit-codes.ts';
import { stackName } from '../spec/metadata.ts';
import { startTwin, type Twin, type TwinOptions } from '../twin/twin.ts';

/** A twin that is up, as `.lab/twin/server.json` says. */
export interface TwinServer {
  readonly url: string;
  readonly pid: number;
  readonly lab: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tools: readonly string[];
}

export interface TwinLink {
  readonly endpoint: Endpoint;
  readonly deployment: Deployment;
  /** Whether it runs in this process and ends with it. */
  readonly own: boolean;
  close(): Promise<void>;
}

/** Where a twin of this project keeps its state, and what it is made from. */
export interface TwinPlace {
  readonly projectRoot: string;
  readonly configFile: string;
  readonly folder: string;
  /** Folders of the programs that the workloads' images would hold. */
  readonly tools: readonly string[];
}

/** Names the folders of tools, with colons between: jobs of the twin see nothing else of the user's PATH. */
const toolsVariable = 'LAB_TOOLS';

export const twinPlace = (world: {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly projectRoot: string;
  readonly twinFolder?: string;
  readonly configFile?: string;
}): TwinPlace => ({
  projectRoot: world.projectRoot,
  configFile: world.configFile ?? join(world.projectRoot, 'lab.config.ts'),
  folder: world.twinFolder ?? join(world.projectRoot, '.lab', 'twin'),
  tools: toolFolders(world.environment[toolsVariable], world.cwd),
});

/** The folders of a list with colons between. Throws LabError for those that are not there. */
export function toolFolders(text: string | undefined, cwd: string): readonly string[] {
  const folders = (text ?? '').split(delimiter).filter(folder => folder !== '');
  refuse(
    folders
      .filter(folder => !existsSync(resolve(cwd, folder)))
      .map(folder => ({
        where: `tools ${folder}`,
        message: 'there is no such folder',
        fix: 'name the folder that the programs are in, for example /opt/venv/bin',
      })),
  );
  return folders.map(folder => resolve(cwd, folder));
}

/** The twin that is up, or one of this process's own. */
export async function connectTwin(
  place: TwinPlace,
  config: LabConfig,
  say: (text: string) => void,
): Promise<TwinLink> {
  const server = await readServer(place);
  if (server && server.lab !== config.name) {
    throw new LabError({
      where: '--local',
      message: `the twin that is up is lab ${server.lab}'s`,
      fix: 'lab twin down, then again',
    });
  }
  if (server) return link(server, config.name, false, async () => {});
  const twin = await startOwn(place, config, say);
  return link({ ...twin, region: config.region }, config.name, true, twin.close);
}

/** A twin of this process's own in another folder: of the user's twin it shares nothing but the synthesized stack. */
export async function startTwinIn(
  folder: string,
  place: TwinPlace,
  config: LabConfig,
  say: (text: string) => void,
  options: Pick<TwinOptions, 'clock' | 'faults' | 'containers'>,
): Promise<TwinLink & Pick<Twin, 'hosts'>> {
  const twin = await startOwn(place, config, say, { folder, ...options });
  return { ...link({ ...twin, region: config.region }, config.name, true, twin.close), hosts: twin.hosts };
}

function link(
  twin: Pick<TwinServer, 'url' | 'region' | 'accessKeyId' | 'secretAccessKey' | 'outputs'>,
  lab: string,
  own: boolean,
  close: () => Promise<void>,
): TwinLink {
  return {
    endpoint: {
      region: twin.region,
      url: twin.url,
      credentials: { accessKeyId: twin.accessKeyId, secretAccessKey: twin.secretAccessKey },
    },
    deployment: deploymentOf(twin.outputs, lab),
    own,
    close,
  };
}

/** Starts a long-lived twin as a process of its own, or answers the one that is up. */
export async function upServer(
  place: TwinPlace,
  config: LabConfig,
  say: (text: string) => void,
): Promise<TwinServer> {
  const before = await readServer(place);
  if (before) {
    if (place.tools.length === 0 || place.tools.join() === before.tools.join()) return before;
    throw new LabError({
      where: 'lab twin up',
      message: `the twin that is up has ${before.tools.join(', ') || 'no tools'}`,
      fix: 'lab twin down, then again',
    });
  }
  await prepare(place, config, say);
  const log = await open(join(place.folder, 'server.log'), 'a');
  const child = spawn(
    process.execPath,
    [join(place.projectRoot, 'bin', 'lab.ts'), 'twin', 'serve', '--lab', config.name],
    {
      cwd: place.projectRoot,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, [toolsVariable]: place.tools.join(delimiter) },
    },
  );
  child.unref();
  for (let tries = 0; tries < 150; tries++) {
    const server = await readServer(place);
    if (server) {
      await log.close();
      return server;
    }
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  await log.close();
  throw new LabError(
    {
      where: 'lab twin up',
      message: 'the twin did not come up',
      fix: `see ${join(place.folder, 'server.log')}`,
    },
    exitCodes.internal,
  );
}

/** Runs the twin in this process until it is told to stop. */
export async function serveTwin(place: TwinPlace, config: LabConfig, signal: AbortSignal): Promise<number> {
  const twin = await startOwn(place, config, () => {});
  const server: TwinServer = {
    ...twin,
    pid: process.pid,
    lab: config.name,
    region: config.region,
    tools: place.tools,
  };
  const path = serverFile(place);
  await writeFile(`${path}.new`, JSON.stringify(server), { mode: 0o600 });
  await rename(`${path}.new`, path);
  await new Promise<void>(done =>
    signal.aborted ? done() : signal.addEventListener('abort', () => done(), { once: true }),
  );
  await twin.close();
  await rm(path, { force: true });
  return exitCodes.ok;
}

/** What is up, or undefined; a file left by a killed twin is no twin. */
export async function readServer(place: TwinPlace): Promise<TwinServer | undefined> {
  try {
    const server = JSON.parse(await readFile(serverFile(place), 'utf8')) as TwinServer;
    process.kill(server.pid, 0);
    const answer = await fetch(`${server.url}/_lab/health`, { signal: AbortSignal.timeout(2000) });
    return answer.ok ? server : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the long-lived twin by its own process id and waits until it is gone. */
export async function stopServer(place: TwinPlace): Promise<boolean> {
  const server = await readServer(place);
  if (!server) return false;
  process.kill(server.pid, 'SIGTERM');
  for (let tries = 0; tries < 400 && isAlive(server.pid); tries++) await sleep(50);
  return true;
}

/** Deletes the twin's state. */
export async function resetTwin(place: TwinPlace): Promise<void> {
  await rm(place.folder, { recursive: true, force: true });
}

async function startOwn(
  place: TwinPlace,
  config: LabConfig,
  say: (text: string) => void,
  more: Partial<TwinOptions> = {},
): Promise<Twin> {
  await prepare(place, config, say);
  const template = JSON.parse(await readFile(templateFile(place, config), 'utf8')) as object;
  return startTwin({
    folder: stateFolder(place),
    projectRoot: place.projectRoot,
    region: config.region,
    template,
    datasetBuckets: Object.values(config.datasets)
      .filter(dataset => dataset.access !== 'nda')
      .map(dataset => dataset.bucket),
    node: process.execPath,
    tools: place.tools,
    ...more,
  });
}

/** Bundles the entrypoints, and synthesizes the stack where what it is made from has changed. */
async function prepare(place: TwinPlace, config: LabConfig, say: (text: string) => void): Promise<void> {
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  const enabled = Object.keys(config.workloads).filter(name => config.workloads[name]!.enabled);
  await bundleWorkloads({ projectRoot: place.projectRoot, workloads: enabled });
  const stampFile = join(place.folder, `synth-${config.name}.stamp`);
  const stamp = await inputsDigest(place, config.name);
  const known = await readFile(stampFile, 'utf8').catch(() => '');
  if (known === stamp && existsSync(templateFile(place, config))) return;
  say('synthesizing the stack …');
  await synth(place, config);
  await writeFile(stampFile, stamp);
}

async function synth(place: TwinPlace, config: LabConfig): Promise<void> {
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
  const code = await new Promise<number | null>(done => child.once('close', done));
  if (code !== 0)
    throw new LabError({
      where: 'cdk synth',
      message: text.trim() || `exited with ${code}`,
      fix: 'mend lab.config.ts, or run npm run synth to see more',
    });
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
    'lib/spec',
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Everything that a twin remembers. */
export const stateFolder = (place: TwinPlace): string => join(place.folder, 'state');
const serverFile = (place: TwinPlace): string => join(place.folder, 'server.json');
const outFolder = (place: TwinPlace): string => join(place.folder, 'cdk.out');
const templateFile = (place: TwinPlace, config: LabConfig): string =>
  join(outFolder(place), `${stackName(config.name)}.template.json`);
