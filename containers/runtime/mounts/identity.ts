import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getSecret } from '../../../lib/aws/wire/calls.ts';
import { fixedKeys, type SigningKeys } from '../../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../../lib/aws/wire/store.ts';
import type { Store } from '../../../lib/contract/ports/ports.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { type MountSource, parseAccessKeys } from '../../../lib/contract/workload/mount.ts';
import { ShardFailure } from '../failure.ts';
import { type ContainerWorld, serviceOf } from '../world.ts';

/** The access keys of a dataset from its secret. Throws ShardFailure while nobody has filled it. */
export async function datasetKeys(world: ContainerWorld, source: MountSource): Promise<SigningKeys> {
  if (!source.secretId)
    throw new ShardFailure(
      exitCodes.badJob,
      `no secret is named for s3://${source.bucket}, which is read by keys`,
    );
  return filledSecret(world, source.secretId, parseAccessKeys, 'access keys');
}

/** What a secret holds. Throws ShardFailure while nobody has filled it, and where it holds something else. */
export async function filledSecret<T>(
  world: ContainerWorld,
  secretId: string,
  parse: (text: string) => T | 'placeholder' | undefined,
  what: string,
): Promise<T> {
  const parsed = parse(await getSecret(serviceOf(world, 'SECRETS_MANAGER'), secretId));
  if (parsed === 'placeholder')
    throw new ShardFailure(
      exitCodes.secretPlaceholder,
      `secret ${secretId} still holds its placeholder: lab secret set`,
    );
  if (!parsed) throw new ShardFailure(exitCodes.mountFailed, `secret ${secretId} holds no ${what}`);
  return parsed;
}

/** The dataset as a store, read as whom its access says. */
export async function datasetStore(world: ContainerWorld, source: MountSource): Promise<Store> {
  const { access, bucket, region } = source;
  const credentials =
    access === 'public'
      ? undefined
      : access === 'keys'
        ? fixedKeys(await datasetKeys(world, source))
        : world.credentials;
  return wireStore({
    bucket,
    region,
    ...(credentials ? { credentials } : {}),
    ...(world.endpoint ? { endpoint: world.endpoint } : {}),
    requesterPays: access === 'requester-pays',
  });
}

/** The name of the one profile in a mount tool's credentials file. */
export const profile = 'dataset';

/** A credentials file as AWS's tools read it, of one profile. */
export function credentialsFile(folder: string, name: string, keys: SigningKeys): Promise<string> {
  const lines = [
    `[${profile}]`,
    `aws_access_key_id=${keys.accessKeyId}`,
    `aws_secret_access_key=${keys.secretAccessKey}`,
    ...(keys.sessionToken ? [`aws_session_token=${keys.sessionToken}`] : []),
  ];
  return secretFile(folder, name, `${lines.join('\n')}\n`);
}

/** A file that only we can read, on memory: keys never reach a disk, a tool's environment or an argument. */
export async function secretFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o600, flag: 'w' });
  await chmod(path, 0o600);
  return path;
}
