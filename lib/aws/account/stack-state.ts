import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { Account, FailedResource, StackResource, StackState } from '../../contract/ports/account.ts';
import type { Endpoint } from '../endpoint.ts';
import { readingConfig, unless } from './reading.ts';

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
  const call = client.send(new DescribeStacksCommand({ StackName: name }));
  // CloudFormation's word for a stack that is not there.
  const stack = (await unless(call, ['ValidationError'], undefined))?.Stacks?.[0];
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

/** Events come newest first: the first failure of the newest operation is the last that is seen before its start. */
async function firstFailure(client: CloudFormationClient, name: string): Promise<FailedResource | undefined> {
  let failed: StackEvent | undefined;
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: name })) {
    for (const event of page.StackEvents ?? []) {
      if (isFailure(event)) failed = event;
      if (isStart(event, name)) return failed && told(failed);
    }
  }
  return failed && told(failed);
}

/** What was cancelled because something else failed is no cause. */
const isFailure = (event: StackEvent): boolean =>
  /_FAILED$/.test(event.ResourceStatus ?? '') &&
  !/^Resource (creation|update|deletion) cancelled/i.test(event.ResourceStatusReason ?? '');

const isStart = (event: StackEvent, name: string): boolean =>
  event.ResourceType === 'AWS::CloudFormation::Stack' &&
  event.LogicalResourceId === name &&
  /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.ResourceStatus ?? '');

const told = (event: StackEvent): FailedResource => ({
  logicalId: event.LogicalResourceId ?? '',
  type: event.ResourceType ?? '',
  reason: event.ResourceStatusReason ?? 'CloudFormation gives no reason',
});

async function resources(client: CloudFormationClient, name: string): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name }))
    for (const each of page.StackResourceSummaries ?? [])
      found.push({
        logicalId: each.LogicalResourceId ?? '',
        type: each.ResourceType ?? '',
        physicalId: each.PhysicalResourceId ?? '',
      });
  return found;
}
