import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { offeredTypes } from '../../aws/account/offered-types.ts';
import type { Endpoint } from '../../aws/endpoint.ts';
import { sdkInventory } from '../../aws/inventory/inventory.ts';
import { sdkQueues } from '../../aws/queues.ts';
import { sdkStacks } from '../../aws/stack.ts';
import type { LifecyclePorts } from '../../contract/ports/lifecycle.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';

/** AWS as deploy and destroy see it, and the CDK's own command. */
export interface Lifecycle extends LifecyclePorts {
  /** Runs the project's own cdk to its end and answers its exit code; its output is the user's to see. */
  cdk(args: readonly string[], options: CdkOptions): Promise<number>;
  /** Ends early when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface CdkOptions {
  readonly projectRoot: string;
  readonly signal: AbortSignal;
  /** Whether our stdout is kept for results: cdk's goes to stderr then. */
  readonly quietStdout: boolean;
}

export function openLifecycle(endpoint: Endpoint): Lifecycle {
  return {
    stacks: sdkStacks(endpoint),
    queues: sdkQueues(endpoint),
    inventory: sdkInventory(endpoint),
    offered: offeredTypes(endpoint),
    cdk: runCdk,
    wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
  };
}

/** The terminal sends Ctrl-C to cdk too; a signal that came to us alone is passed on. */
async function runCdk(
  args: readonly string[],
  { projectRoot, signal, quietStdout }: CdkOptions,
): Promise<number> {
  const cdk = join(projectRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const child = spawn(process.execPath, [cdk, ...args], {
    cwd: projectRoot,
    stdio: ['inherit', quietStdout ? 2 : 'inherit', 'inherit'],
    // npm's newest cdk is 3.0.0, published by accident: a user must not be told to take it.
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: 'true' },
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
