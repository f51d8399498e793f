import { dirname } from 'node:path';
import type { SigningKeys } from '../../../lib/aws/wire/credentials.ts';
import { awsEndpoint } from '../../../lib/aws/wire/endpoints.ts';
import { credentialsFile, datasetKeys, profile, secretFile } from './identity.ts';
import type { MountCommand, ToMount } from './mount.ts';
import { roleEnvironment } from './role.ts';

/** s3fs, for tools that write in place. Options: s3fs(1). */
export async function s3fsCommand(input: ToMount): Promise<MountCommand> {
  const { source, target, world, spec } = input;
  const url = world.endpoint ?? awsEndpoint('s3', source.region);
  const identity = await identify(input);
  const options = [
    'allow_other',
    `url=${url}`,
    `endpoint=${source.region}`,
    // TLS's wildcard holds one word: with dots in its name a bucket is none.
    ...(world.endpoint || source.bucket.includes('.') ? ['use_path_request_style'] : []),
    ...(spec.readOnly ? ['ro'] : []),
    ...identity.options,
    ...(source.access === 'requester-pays' ? ['requester_pays'] : []),
  ];
  const path = source.prefix === '' ? '' : `:/${source.prefix.replace(/\/$/, '')}`;
  return {
    program: 's3fs',
    args: [`${source.bucket}${path}`, target, ...options.flatMap(option => ['-o', option])],
    environment: { HOME: '/tmp', ...identity.environment },
  };
}

interface Identity {
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

async function identify(input: ToMount): Promise<Identity> {
  const { source, world } = input;
  if (source.access === 'keys') return byKeys(input, await datasetKeys(world, source));
  if (source.access === 'public') return { options: ['public_bucket=1'], environment: {} };
  // s3fs knows ECS's own address alone, and refreshes what it gets there.
  if (world.environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
    return { options: ['ecs'], environment: roleEnvironment(world) };
  return byKeys(input, await world.credentials());
}

/** Long-lived keys in a password file; a session token has no place there, only in a credentials file. */
async function byKeys({ spec, secretsFolder }: ToMount, keys: SigningKeys): Promise<Identity> {
  const name = spec.path.replaceAll('/', '_');
  if (!keys.sessionToken) {
    const text = `${keys.accessKeyId}:${keys.secretAccessKey}\n`;
    const file = await secretFile(secretsFolder(), `${name}/passwd-s3fs`, text);
    return { options: [`passwd_file=${file}`], environment: {} };
  }
  const file = await credentialsFile(secretsFolder(), `${name}/.aws/credentials`, keys);
  return { options: [`profile=${profile}`], environment: { HOME: dirname(dirname(file)) } };
}
