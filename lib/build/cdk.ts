import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { exitCodes } from '../contract/workload/exit-codes.ts';

export interface CdkOptions {
  readonly projectRoot: string;
  readonly signal: AbortSignal;
  /** Whether our stdout is kept for results: cdk's goes to stderr then. */
  readonly quietStdout: boolean;
}

/**
 * Runs the project's own cdk to its end and answers its exit code; its output is the user's to see. The terminal sends Ctrl-C
 * to cdk too; a signal that came to us alone is passed on.
 */
export async function runCdk(
  args: readonly string[],
  { projectRoot, signal, quietStdout }: CdkOptions,
): Promise<number> {
  const modules = join(projectRoot, 'node_modules');
  const child = spawn(process.execPath, [join(modules, 'aws-cdk', 'bin', 'cdk'), ...args], {
    cwd: projectRoot,
    stdio: ['inherit', quietStdout ? 2 : 'inherit', 'inherit'],
    env: {
      ...process.env,
      // cdk.json starts the app by `node`: the project's own is found first, as it is by npx.
      PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter),
      // npm's newest cdk is 3.0.0, published by accident: a user must not be told to take it.
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: 'true',
    },
  });
  const stop = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<number>((done, fail) => {
      child.once('error', fail);
      child.once('close', (code, by) =>
        done(by ? exitCodes.interruptedByUser : (code ?? exitCodes.internal)),
      );
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
