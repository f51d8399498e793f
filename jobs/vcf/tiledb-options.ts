import type { Problem } from '../../lib/contract/workload/errors.ts';

/** What follows from where a job is and what it is: said by us. */
const ours = /^vfs\.s3\.(region|endpoint_override|scheme|use_virtual_addressing)$/;
/** Jobs have their role; what is a secret would be read in listings of jobs. */
const secret = /secret|access_key|session_token|password|credential|rest\.token/;

export interface TileDbOptions {
  readonly options: readonly string[];
  readonly problems: readonly Problem[];
}

/** `--tiledb-config name=value,…`, as the tool takes it. */
export function readTileDbOptions(text: string | undefined): TileDbOptions {
  const options = (text ?? '').split(',').flatMap(each => each.trim() || []);
  const problems = options.flatMap(option => {
    const [, name = ''] = /^([a-z0-9_.]+)=./i.exec(option) ?? [];
    const message =
      name === ''
        ? `${JSON.stringify(option)} is no name=value`
        : secret.test(name)
          ? `${name} is a secret: jobs open S3 as their role, and what is said here can be read in listings`
          : ours.test(name)
            ? `${name} follows from where the job runs`
            : undefined;
    return message === undefined ? [] : [{ where: '--tiledb-config', message, fix: 'leave it out' }];
  });
  return { options, problems };
}
