import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from '../../contract/workload/env.ts';
import { drained } from '../../process/drained.ts';
import type { ContainerSpec, Exit, RunContainer, RunningContainer } from '../batch/types.ts';
import { type ContainerCredentials, credentialsPath } from './credentials.ts';
import { type ContainerFolders, makeFolders, removeFolder } from './folders.ts';
import { endLeftovers, rememberProcess } from './leftovers.ts';
import { forwardLines } from './lines.ts';
import { holdMemory, outOfMemory } from './memory-limit.ts';
import { endNamespace, type FirstProcess, hasNamespaces, inNamespace, systemPath } from './namespace.ts';
import { ContainerRoots } from './roots.ts';

export { type ContainerCredentials, containerCredentials } from './credentials.ts';

export interface ProcessContainers {
  readonly projectRoot: string;
  readonly node: string;
  /** Folders of the programs that an image would hold: first in a job's PATH. */
  readonly tools: readonly string[];
  /** Where containers have their folders; nothing else is in it. */
  readonly folder: string;
  readonly region: string;
  serverUrl(): string;
  readonly credentials: ContainerCredentials;
  /** false: no mount namespaces even where the host has them; folders are named by environment variables then. */
  readonly isolate?: boolean;
}

/**
 * Runs a job's bundle as a child process with a container's environment, and nothing of the user's. Ends what an earlier
 * twin left running. A bundle that is not there is reported as ECS reports an image that is not there.
 */
export function processContainers(options: ProcessContainers): RunContainer {
  endLeftovers(options.folder);
  const roots = new ContainerRoots(options.folder);
  return spec => {
    const bundle = join(options.projectRoot, spec.definition.bundle);
    if (!existsSync(bundle))
      return notPulled(`there is no ${spec.definition.bundle}; npm run bundle makes it`);
    const command = [options.node, bundle, ...spec.command];
    const needed = [options.projectRoot, options.node, options.folder, ...options.tools];
    const root = options.isolate !== false && hasNamespaces(needed, roots) ? roots.take() : undefined;
    // Without a file system of its own a container's disk cannot be made small.
    if (spec.scratchMiB !== undefined && !root) return notCreated();
    const folders =
      root ?? makeFolders(join(options.folder, `${spec.jobId.replace(':', '_')}.${spec.attempt}`));
    const grant = options.credentials.grant(spec.definition, sessionOf(spec));
    const environment = {
      ...containerEnvironment(options, spec, grant.token),
      ...(root ? {} : folderVariables(folders)),
    };
    return runProcess(
      root ? inNamespace(root, command, spec.scratchMiB) : command,
      environment,
      spec,
      folders,
      first => {
        grant.revoke();
        // What is being killed may still write.
        if (root && !endNamespace(root, first)) roots.giveBack(root);
        else removeFolder(folders.base);
      },
    );
  };
}

function runProcess(
  [program = '', ...args]: readonly string[],
  environment: Record<string, string>,
  spec: ContainerSpec,
  folders: ContainerFolders,
  clean: (first: FirstProcess | undefined) => void,
): RunningContainer {
  const began = performance.now();
  // A group of its own: what the tool starts is stopped with it.
  const child = spawn(program, args, {
    env: environment,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) rememberProcess(folders.base, child.pid);
  const held = { count: 0 };
  const lines = Promise.all([
    forwardLines(child.stdout, spec.onOutput, held),
    forwardLines(child.stderr, spec.onOutput, held),
  ]);
  const started = new Promise<void>(runs => child.once('spawn', runs));
  let isTooLarge = false;
  const letGo = holdMemory(child.pid, spec.memoryMiB, () => {
    isTooLarge = true;
  });
  const exited = new Promise<Exit>(done => {
    child.once('error', error =>
      done({ statusReason: 'Task failed to start', reason: `CannotStartContainerError: ${error.message}` }),
    );
    child.once('exit', (code, signal) => {
      send(child.pid, 'SIGKILL', true);
      const exitCode = code ?? 128 + (constants.signals[signal!] ?? 0);
      void drained(lines, [child.stdout, child.stderr], () => held.count > 0).then(() =>
        done(isTooLarge ? outOfMemory : { exitCode }),
      );
    });
  }).finally(() => {
    letGo();
    clean(child.pid === undefined ? undefined : { pid: child.pid, began });
  });
  // The first process of a container gets SIGTERM alone; SIGKILL takes all of it.
  return { signal: name => send(child.pid, name, name === 'SIGKILL'), started, exited };
}

function send(pid: number | undefined, name: NodeJS.Signals, toGroup: boolean): void {
  try {
    if (pid !== undefined) process.kill(toGroup ? -pid : pid, name);
  } catch {
    // It has ended.
  }
}

const notPulled = (why: string): RunningContainer => ({
  signal: () => undefined,
  started: new Promise(() => undefined),
  exited: Promise.resolve({
    statusReason: 'Task failed to start',
    reason: `CannotPullContainerError: ${why}`,
  }),
});

/** What becomes of a container whose disk is full and cannot be made so. */
export const notCreated = (): RunningContainer => ({
  signal: () => undefined,
  started: new Promise(() => undefined),
  exited: Promise.resolve({
    statusReason: 'Task failed to start',
    reason: 'CannotCreateContainerError: Error response from daemon: no space left on device',
  }),
});

/** A job's own settings cannot lead it away from the twin: what points at it comes last. */
export function containerEnvironment(
  options: Pick<ProcessContainers, 'tools' | 'node' | 'region' | 'serverUrl'>,
  spec: ContainerSpec,
  token: string | undefined,
): Record<string, string> {
  return {
    PATH: [...options.tools, dirname(options.node), systemPath].join(':'),
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    ...spec.environment,
    [env.mountsBy]: 'download',
    [env.scratchCheck]: 'marker',
    [env.toolsFrom]: 'path',
    AWS_EXECUTION_ENV: 'AWS_ECS_EC2',
    ...(spec.metadataUrl === undefined
      ? { AWS_EC2_METADATA_DISABLED: 'true' }
      : { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: spec.metadataUrl }),
    AWS_ENDPOINT_URL: options.serverUrl(),
    ...(token === undefined
      ? {}
      : {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: `${options.serverUrl()}${credentialsPath}`,
          AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
        }),
  };
}

/** The name of a container's session of its role: ECS takes the task's id. */
export const sessionOf = ({ jobId, attempt }: Pick<ContainerSpec, 'jobId' | 'attempt'>): string =>
  `${jobId.replaceAll('-', '').replace(':', '.')}.${attempt}`;

const folderVariables = (folders: ContainerFolders): Record<string, string> => ({
  [env.scratch]: folders.scratch,
  [env.dataIn]: folders.dataIn,
  [env.dataOut]: folders.dataOut,
});
