import { setTimeout as sleep } from 'node:timers/promises';
import { offeredTypes } from '../../aws/account/offered-types.ts';
import type { Endpoint } from '../../aws/endpoint.ts';
import { sdkInventory } from '../../aws/inventory/inventory.ts';
import { sdkQueues } from '../../aws/queues.ts';
import { sdkStacks } from '../../aws/stacks.ts';
import { type CdkOptions, runCdk } from '../../build/cdk.ts';
import type { StackPorts } from '../../contract/ports/stack.ts';

/** AWS as deploy and destroy see it, and the CDK's own command. */
export interface StackTools extends StackPorts {
  /** Runs the project's own cdk to its end and answers its exit code; its output is the user's to see. */
  cdk(args: readonly string[], options: CdkOptions): Promise<number>;
  /** Ends early when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function openStackTools(endpoint: Endpoint): StackTools {
  return {
    stacks: sdkStacks(endpoint),
    queues: sdkQueues(endpoint),
    inventory: sdkInventory(endpoint),
    offered: offeredTypes(endpoint),
    cdk: runCdk,
    wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
  };
}
