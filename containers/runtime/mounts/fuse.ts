import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../../lib/spec/exit-codes.ts';
import type { MountSource } from '../../../lib/spec/mount.ts';
import { ShardFailure } from '../failure.ts';
import { datasetKeys, secretFile } from './identity.ts';
import type { Mounted, ToMount } from './mount.ts';

/** Whether a mount tool is installed. */
export const hasTool = (name: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;

/** Mountpoint for S3, read-only: the fast way in. Arguments: https://github.com/awslabs/mountpoint-s3, doc/CONFIGURATION.md. */
export async function mountMountpoint(input: ToMount): Promise<Mounted> {
  const { source, target, world } = input;
  const environment: Record<string, string> = {
    AWS_EC2_METADATA_DISABLED: 'true',
    ...roleEnvironment(input),
  };
  const args = [source.bucket, target, '--read-only', '--allow-other', '--region', source.region];
  if (source.prefix !== '') args.push('--prefix', source.prefix);
  if (world.endpoint) args.push('--endpoint-url', world.endpoint, '--force-path-style');
  if (source.access === 'public') args.push('--no-sign-request');
  if (source.access === 'requester-pays') args.push('--requester-pays');
  if (source.access === 'keys') {
    const keys = await datasetKeys(world, source);
    const text = `[dataset]\naws_access_key_id=${keys.accessKeyId}\naws_secret_access_key=${keys.secretAccessKey}\n`;
    environment.AWS_SHARED_CREDENTIALS_FILE = await secretFile(input.secrets, 'credentials', text);
    for (const name of Object.keys(environment))
      if (name.startsWith('AWS_CONTAINER_')) delete environment[name];
    args.push('--profile', 'dataset');
  }
  return mountFuse('mount-s3', args, environment, target, source);
}

/** s3fs, for tools that write in place. */
export async function mountS3fs(input: ToMount): Promise<Mounted> {
  const { source, target, world, spec } = input;
  const url = world.endpoint ?? `https://s3.${source.region}.amazonaws.com`;
  const options = [
    'allow_other',
    `url=${url}`,
    `endpoint=${source.region}`,
    ...(world.endpoint ? ['use_path_request_style'] : []),
  ];
  const environment: Record<string, string> = {};
  if (spec.readOnly) options.push('ro');
  if (source.access === 'public') options.push('public_bucket=1');
  else if (source.access === 'keys') {
    const keys = await datasetKeys(world, source);
    options.push(
      `passwd_file=${await secretFile(input.secrets, 'passwd-s3fs', `${keys.accessKeyId}:${keys.secretAccessKey}\n`)}`,
    );
  } else if (world.environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) {
    options.push('ecs');
    Object.assign(environment, roleEnvironment(input));
  } else {
    const keys = await world.credentials();
    options.push(
      `passwd_file=${await secretFile(input.secrets, 'passwd-s3fs-role', `${keys.accessKeyId}:${keys.secretAccessKey}\n`)}`,
    );
  }
  if (source.access === 'requester-pays') options.push('requester_pays');
  const path = source.prefix === '' ? '' : `:/${source.prefix.replace(/\/$/, '')}`;
  return mountFuse(
    's3fs',
    [`${source.bucket}${path}`, target, ...options.flatMap(option => ['-o', option])],
    environment,
    target,
    source,
  );
}

/** What a mount tool needs to be the job's role. */
function roleEnvironment({ world }: ToMount): Record<string, string> {
  const names = [
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  ];
  return Object.fromEntries(
    names.flatMap(name => (world.environment[name] ? [[name, world.environment[name]]] : [])),
  );
}

async function mountFuse(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  target: string,
  source: MountSource,
): Promise<Mounted> {
  mkdirSync(target, { recursive: true });
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', HOME: '/tmp', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      text += chunk;
    });
  }
  const code = await new Promise<number>(done => {
    child.once('error', () => done(127));
    child.once('exit', exit => done(exit ?? 1));
  });
  const what = `s3://${source.bucket}/${source.prefix}`;
  if (code !== 0)
    throw new ShardFailure(
      exitCodes.mountFailed,
      `${program} could not mount ${what} at ${target} (exit code ${code}): ${text.trim()}`,
    );
  // The tool goes into the background before the mount answers.
  for (let tries = 0; !isMounted(target); tries++) {
    if (tries === 50)
      throw new ShardFailure(
        exitCodes.mountFailed,
        `${program} said nothing, but ${target} is no mount: ${text.trim()}`,
      );
    await sleep(100);
  }
  return { folder: target, unmount: () => unmount(target) };
}

/** Whether the kernel has a mount at the path. */
export function isMounted(path: string): boolean {
  const escaped = path.replace(/[ \t\n\\]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some(line => line.split(' ')[4] === escaped);
}

async function unmount(path: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if (
      spawnSync('fusermount', ['-u', path], { stdio: 'ignore' }).status === 0 ||
      spawnSync('umount', [path], { stdio: 'ignore' }).status === 0
    )
      return;
    if (!isMounted(path)) return;
    await sleep(250);
  }
  spawnSync('umount', ['-l', path], { stdio: 'ignore' });
}
