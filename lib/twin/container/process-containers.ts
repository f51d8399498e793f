import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { env, scratchSentinel } from '../../spec/env.ts';
import type { ContainerSpec, RunContainer, RunningContainer } from '../batch/types.ts';
import { hasNamespaces, inNamespace } from './namespace.ts';

export interface ProcessContainers {
  readonly projectRoot: string;
  readonly node: string;
  /** Where containers have their folders. */
  readonly folder: string;
  readonly region: string;
  serverUrl(): string;
  readonly credentials: ContainerCredentials;
}

/** Runs a job's bundle as a child process with a container's environment, and nothing of the user's. */
export function processContainers(options: ProcessContainers): RunContainer {
  return spec => {
    const folder = join(options.folder, `${spec.jobId.replace(':', '_')}.${spec.attempt}`);
    const folders = {
      scratch: join(folder, 'scratch'),
      dataIn: join(folder, 'data_in'),
      dataOut: join(folder, 'data_out'),
    };
    for (const each of Object.values(folders)) mkdirSync(each, { recursive: true });
    writeFileSync(join(folders.scratch, scratchSentinel), '');
    const command = [options.node, join(options.projectRoot, spec.definition.bundle), ...spec.command];
    const isolated = hasNamespaces();
    const [program = '', ...args] = isolated ? inNamespace(folders, command) : command;
    const grant = options.credentials.grant();
    const environment = {
      ...containerEnvironment(options, spec, grant.token),
      ...(isolated ? {} : paths(folders)),
    };
    return runProcess(program, args, environment, spec, () => {
      grant.revoke();
      rmSync(folder, { recursive: true, force: true });
    });
  };
}

function runProcess(
  program: string,
  args: readonly string[],
  environment: Record<string, string>,
  spec: ContainerSpec,
  clean: () => void,
): RunningContainer {
  // A group of its own: what the tool starts is stopped with it.
  const child = spawn(program, args, {
    env: environment,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = Promise.all([forward(child.stdout, spec), forward(child.stderr, spec)]);
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // Everything in the group has ended.
    }
  };
  const exited = new Promise<{ exitCode?: number; reason?: string; statusReason?: string }>(done => {
    child.once('error', error =>
      done({ statusReason: 'Task failed to start', reason: `CannotStartContainerError: ${error.message}` }),
    );
    child.once('exit', (code, signal) => {
      kill('SIGKILL');
      // A grandchild that keeps the pipe open must not keep the job.
      const given = new Promise<void>(late => setTimeout(late, 2000).unref());
      void Promise.race([lines, given]).then(() =>
        done({ exitCode: code ?? 128 + (constants.signals[signal!] ?? 0) }),
      );
    });
  }).finally(clean);
  return { signal: kill, exited };
}

async function forward(stream: Readable, spec: ContainerSpec): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }))
    spec.onOutput(line);
}

function containerEnvironment(
  options: ProcessContainers,
  spec: ContainerSpec,
  token: string,
): Record<string, string> {
  return {
    PATH: `${dirname(options.node)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    LAB_TWIN: '1',
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_EXECUTION_ENV: 'AWS_ECS_EC2',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: options.serverUrl(),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${options.serverUrl()}/_lab/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
    ...spec.environment,
  };
}

const paths = (folders: { scratch: string; dataIn: string; dataOut: string }): Record<string, string> => ({
  [env.scratch]: folders.scratch,
  [env.dataIn]: folders.dataIn,
  [env.dataOut]: folders.dataOut,
});

export interface ContainerCredentials {
  /** A token for one container, until it is revoked. */
  grant(): { readonly token: string; revoke(): void };
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/** The address at which ECS gives a container its role's keys; each container has a token of its own. */
export function containerCredentials(keys: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}): ContainerCredentials {
  const tokens = new Set<string>();
  return {
    grant() {
      const token = randomBytes(24).toString('base64url');
      tokens.add(token);
      return { token, revoke: () => void tokens.delete(token) };
    },
    async handle(request, response) {
      if (request.url !== '/_lab/credentials') return false;
      if (!tokens.has(request.headers.authorization ?? '')) {
        response.writeHead(403).end();
        return true;
      }
      const Expiration = new Date(Date.now() + 6 * 3_600_000).toISOString();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          AccessKeyId: keys.accessKeyId,
          SecretAccessKey: keys.secretAccessKey,
          Token: '',
          Expiration,
        }),
      );
      return true;
    },
  };
}
