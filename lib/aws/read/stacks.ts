import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  paginateListStacks,
  type Stack,
  type StackEvent,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { StackResource, StackState } from '../../contract/ports/stack.ts';
import { errorName } from '../sdk-error.ts';

/** A stack by its name, or by its id, then also one that is deleted; undefined where there is none. */
export async function readStack(client: CloudFormationClient, name: string): Promise<StackState | undefined> {
  const answer = await orNoStack(client.send(new DescribeStacksCommand({ StackName: name })));
  const stack = answer?.Stacks?.[0];
  return stack && stackState(stack, name);
}

const stackState = (stack: Stack, name: string): StackState => ({
  id: stack.StackId ?? stack.StackName ?? '',
  name: stack.StackName ?? name,
  status: stack.StackStatus ?? '',
  ...(stack.StackStatusReason ? { statusReason: stack.StackStatusReason } : {}),
  terminationProtection: stack.EnableTerminationProtection ?? false,
  parameters: Object.fromEntries(
    (stack.Parameters ?? []).map(each => [
      each.ParameterKey ?? '',
      each.ResolvedValue ?? each.ParameterValue ?? '',
    ]),
  ),
  outputs: Object.fromEntries(
    (stack.Outputs ?? []).map(each => [each.OutputKey ?? '', each.OutputValue ?? '']),
  ),
});

/** What a stack is made of; nothing where there is none. */
export async function stackResources(
  client: CloudFormationClient,
  name: string,
): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  const read = async (): Promise<void> => {
    for await (const page of paginateListStackResources({ client }, { StackName: name }))
      found.push(...(page.StackResourceSummaries ?? []).map(resourceOf));
  };
  await orNoStack(read());
  return found;
}

/**
 * What failed in the stack's latest operation, the first failure first; what was cancelled because something else failed is no
 * cause. Events come newest first, and the operation begins with the stack's own `…_IN_PROGRESS` that a person asked for.
 */
export async function stackFailures(
  client: CloudFormationClient,
  name: string,
): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  const read = async (): Promise<void> => {
    for await (const page of paginateDescribeStackEvents({ client }, { StackName: name }))
      for (const event of page.StackEvents ?? []) {
        if (isBeginning(event)) return;
        if (isFailure(event)) found.unshift(resourceOf(event));
      }
  };
  await orNoStack(read());
  return found;
}

const resourceOf = (each: StackResourceSummary | StackEvent): StackResource => ({
  logicalId: each.LogicalResourceId ?? '',
  ...(each.PhysicalResourceId ? { physicalId: each.PhysicalResourceId } : {}),
  type: each.ResourceType ?? '',
  status: each.ResourceStatus ?? '',
  ...(each.ResourceStatusReason ? { statusReason: each.ResourceStatusReason } : {}),
});

const isOwn = (event: StackEvent): boolean => event.PhysicalResourceId === event.StackId;

const isBeginning = (event: StackEvent): boolean =>
  isOwn(event) && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.ResourceStatus ?? '');

const isFailure = (event: StackEvent): boolean =>
  !isOwn(event) &&
  /_FAILED$/.test(event.ResourceStatus ?? '') &&
  !/^Resource (creation|update|deletion) cancelled/i.test(event.ResourceStatusReason ?? '');

/** Ids of the deleted stacks of this name, newest first. */
export async function deletedStacks(client: CloudFormationClient, name: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] }))
    for (const each of page.StackSummaries ?? [])
      if (each.StackName === name && each.StackId) ids.push(each.StackId);
  return ids;
}

/** CloudFormation says by a ValidationError that there is no such stack, and other things, too. */
async function orNoStack<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (errorName(error) === 'ValidationError' && /does not exist/i.test((error as Error).message))
      return undefined;
    throw error;
  }
}
