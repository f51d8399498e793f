import { credentialsFile, datasetKeys, profile } from './identity.ts';
import type { MountCommand, ToMount } from './mount.ts';
import { roleEnvironment } from './role.ts';

/** Mountpoint for S3, read-only: the fast way in. Arguments: github.com/awslabs/mountpoint-s3, doc/CONFIGURATION.md. */
export async function mountpointCommand(input: ToMount): Promise<MountCommand> {
  const { source, target, world } = input;
  const { endpoint } = world;
  const args = [source.bucket, target, '--read-only', '--allow-other', '--region', source.region];
  if (source.prefix !== '') args.push('--prefix', source.prefix);
  if (endpoint) args.push('--endpoint-url', endpoint, '--force-path-style');
  if (source.access === 'public') args.push('--no-sign-request');
  if (source.access === 'requester-pays') args.push('--requester-pays');
  // The region is given: asking the instance for it only costs time.
  const environment = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/tmp' };
  if (source.access !== 'keys')
    return { program: 'mount-s3', args, environment: { ...environment, ...roleEnvironment(world) } };
  // A folder of its own: two mounts of two datasets have two pairs of keys.
  const name = `${input.spec.path.replaceAll('/', '_')}/credentials`;
  const file = await credentialsFile(input.secretsFolder(), name, await datasetKeys(world, source));
  args.push('--profile', profile);
  return { program: 'mount-s3', args, environment: { ...environment, AWS_SHARED_CREDENTIALS_FILE: file } };
}
