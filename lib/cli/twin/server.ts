import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabConfig } from '../../contract/workload/config.ts';
import { personEnv } from '../../contract/workload/env.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { isAlive } from '../../process/is-alive.ts';
import type { Twin } from '../../twin/twin.ts';
import { serverFile, type TwinFolder } from './folder.ts';
import { isHealthy } from './health.ts';

/** A twin that is up, as `.lab/twin/server.json` says. */
export interface RunningTwin {
  readonly url: string;
  readonly pid: number;
  readonly lab: string;
  readonly region: string;
  /** Of whom a person can come as. */
  readonly keys: Twin['keys'];
  readonly outputs: Readonly<Record<string, string>>;
  readonly tools: readonly string[];
  /** A digest of the configuration that it was started over. */
  readonly config?: string;
}

const configDigest = (config: LabConfig): string =>
  createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);

/** Whether it has the stack of another lab.config.ts than the one that is there now. */
export const isOfBefore = (server: RunningTwin, config: LabConfig): boolean =>
  server.config !== undefined && server.config !== configDigest(config);

/** Starts a long-lived twin as a process of its own, or answers the one that is up. */
export async function upServer(
  home: TwinFolder,
  config: LabConfig,
  say: (text: string) => void,
): Promise<RunningTwin> {
  const before = await readServer(home);
  if (before) {
    if (isOfBefore(before, config))
      throw new LabError({
        where: 'lab twin up',
        message:
          'the twin that is up was started over another lab.config.ts, and knows nothing of what has changed in it',
        fix: 'npx lab twin down, then again',
      });
    if (home.tools.length === 0 || home.tools.join() === before.tools.join()) return before;
    throw new LabError({
      where: 'lab twin up',
      message: `the twin that is up has ${before.tools.join(', ') || 'no tools'}`,
      fix: 'npx lab twin down, then again',
    });
  }
  const { prepareTwin } = await import('./start.ts');
  await prepareTwin(home, config, say);
  const logFile = join(home.folder, 'server.log');
  const log = await open(logFile, 'a');
  const { size } = await log.stat();
  const child = spawn(
    process.execPath,
    [join(home.projectRoot, 'bin', 'lab.ts'), 'twin', 'serve', '--lab', config.name],
    {
      cwd: home.projectRoot,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: {
        ...process.env,
        [personEnv.tools]: home.tools.join(delimiter),
        [personEnv.twinFolder]: home.folder,
      },
    },
  );
  child.unref();
  for (let tries = 0; tries < 150; tries++) {
    const server = await readServer(home);
    if (server) {
      await log.close();
      return server;
    }
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  await log.close();
  const said = (await readFile(logFile)).subarray(size).toString('utf8').trim();
  throw new LabError(
    {
      where: 'lab twin up',
      message: `the twin did not come up${said ? `: ${said}` : ''}`,
      fix: `its log is ${logFile}`,
    },
    child.exitCode ?? exitCodes.internal,
  );
}

/** Runs the twin in this process until it is told to stop. */
export async function serveTwin(home: TwinFolder, config: LabConfig, signal: AbortSignal): Promise<number> {
  const { startOwnTwin } = await import('./start.ts');
  const twin = await startOwnTwin(home, config, () => {});
  const server: RunningTwin = {
    ...twin,
    pid: process.pid,
    lab: config.name,
    region: config.region,
    tools: home.tools,
    config: configDigest(config),
  };
  const path = serverFile(home);
  await writeFile(`${path}.new`, JSON.stringify(server), { mode: 0o600 });
  await rename(`${path}.new`, path);
  await new Promise<void>(done =>
    signal.aborted ? done() : signal.addEventListener('abort', () => done(), { once: true }),
  );
  await twin.close();
  await rm(path, { force: true });
  return exitCodes.ok;
}

/** What is up, or undefined; a file left by a killed twin is no twin. One that is slow to answer is one, and is waited for. */
export async function readServer(home: TwinFolder): Promise<RunningTwin | undefined> {
  try {
    const server = JSON.parse(await readFile(serverFile(home), 'utf8')) as RunningTwin;
    process.kill(server.pid, 0);
    return (await isHealthy(server.url)) ? server : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the long-lived twin by its own process id and waits until it is gone. */
export async function stopServer(home: TwinFolder): Promise<boolean> {
  const server = await readServer(home);
  if (!server) return false;
  process.kill(server.pid, 'SIGTERM');
  for (let tries = 0; tries < 400 && isAlive(server.pid); tries++) await sleep(50);
  return true;
}
