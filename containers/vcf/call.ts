import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Call } from './tool.ts';

/** What a task may run a program by: the contract's `exec`. */
export type Exec = (
  command: readonly string[],
  options: {
    readonly cwd: string;
    readonly credentials: 'role';
    readonly environment: Readonly<Record<string, string>>;
  },
) => Promise<{ readonly exitCode: number }>;

/** stdout alone, for noise of htslib on stderr would pass for a name; or stdout into the log and kept. */
const captured = 'exec "$@" > "$0"';
const shown = 'set -o pipefail; "$@" | tee "$0"';

/** Calls of tiledbvcf with the job's credentials, for it opens the dataset itself. `folder` is the attempt's own. */
export function callOf(exec: Exec, folder: string, log: (line: string) => void): Call {
  let calls = 0;
  return async (args, { cwd, capture = false }) => {
    const said = join(folder, `said-${calls++}`);
    const { exitCode } = await exec(['bash', '-c', capture ? captured : shown, said, 'tiledbvcf', ...args], {
      cwd,
      credentials: 'role',
      // As its image has it: the role is the container's, and looking for another one takes time.
      environment: { AWS_EC2_METADATA_DISABLED: 'true' },
    });
    const text = await readFile(said, 'utf8').catch(() => '');
    await rm(said, { force: true });
    const lines = text.split(/\r?\n/).filter(line => line !== '');
    if (capture && exitCode !== 0) lines.slice(-20).forEach(log);
    return {
      exitCode,
      out: capture ? lines : [],
      tail: exitCode === 127 ? ['tiledbvcf is not found'] : lines.slice(-20),
    };
  };
}

/** What TileDB needs to find an S3 that is not AWS's: the twin's. */
export function tileDbConfig(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const endpoint = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  const at = endpoint === undefined ? undefined : new URL(endpoint);
  return [
    ...(region ? [`vfs.s3.region=${region}`] : []),
    ...(at
      ? [
          `vfs.s3.endpoint_override=${at.host}`,
          `vfs.s3.scheme=${at.protocol.slice(0, -1)}`,
          'vfs.s3.use_virtual_addressing=false',
        ]
      : []),
  ];
}
