import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Account, FailedResource, StackResource, StackState } from '../../contract/ports/account.ts';
import type { Endpoint } from '../endpoint.ts';
import { describeStack, failureEvents, stackResources } from '../stacks.ts';
import { readingConfig } from './reading.ts';

/** The lab's stack as CloudFormation has it. */
export function stackState(endpoint: Endpoint): Pick<Account, 'stack' | 'firstFailure' | 'resources'> {
  const client = new CloudFormationClient(readingConfig(endpoint));
  return {
    stack: name => describe(client, name),
    firstFailure: name => firstFailure(client, name),
    resources: name => resources(client, name),
  };
}

async function describe(client: CloudFormationClient, name: string): Promise<StackState | undefined> {
  const stack = await describeStack(client, name);
  if (!stack) return undefined;
  return {
    name: stack.StackName ?? name,
    status: stack.StackStatus ?? '',
    ...(stack.StackStatusReason ? { reason: stack.StackStatusReason } : {}),
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(output => [output.OutputKey!, output.OutputValue ?? '']),
    ),
  };
}

async function firstFailure(client: CloudFormationClient, name: string): Promise<FailedResource | undefined> {
  const [event] = await failureEvents(client, name);
  return (
    event && {
      logicalId: event.LogicalResourceId ?? '',
      type: event.ResourceType ?? '',
      reason: event.ResourceStatusReason ?? 'CloudFormation gives no reason',
    }
  );
}

async function resources(client: CloudFormationClient, name: string): Promise<readonly StackResource[]> {
  return (await stackResources(client, name)).map(each => ({
    logicalId: each.LogicalResourceId ?? '',
    type: each.ResourceType ?? '',
    physicalId: each.PhysicalResourceId ?? '',
  }));
}
