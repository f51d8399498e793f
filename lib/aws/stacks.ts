import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  type Stack,
  type StackEvent,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { errorName } from './sdk-error.ts';

/** A stack by its name, or by its id, then also one that is deleted; undefined where there is none. */
export async function describeStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  const answer = await orNoStack(client.send(new DescribeStacksCommand({ StackName: name })));
  return answer?.Stacks?.[0];
}

/** What a stack is made of; nothing where there is none. */
export async function stackResources(
  client: CloudFormationClient,
  name: string,
): Promise<readonly StackResourceSummary[]> {
  const found: StackResourceSummary[] = [];
  const read = async (): Promise<void> => {
    for await (const page of paginateListStackResources({ client }, { StackName: name }))
      found.push(...(page.StackResourceSummaries ?? []));
  };
  await orNoStack(read());
  return found;
}

/**
 * What failed in the stack's latest operation, the first failure first; what was cancelled because something else failed is no
 * cause. Events come newest first, and the operation begins with the stack's own `…_IN_PROGRESS` that a person asked for.
 */
export async function failureEvents(
  client: CloudFormationClient,
  name: string,
): Promise<readonly StackEvent[]> {
  const found: StackEvent[] = [];
  const read = async (): Promise<void> => {
    for await (const page of paginateDescribeStackEvents({ client }, { StackName: name }))
      for (const event of page.StackEvents ?? []) {
        if (isBeginning(event)) return;
        if (isFailure(event)) found.unshift(event);
      }
  };
  await orNoStack(read());
  return found;
}

const isOwn = (event: StackEvent): boolean => event.PhysicalResourceId === event.StackId;

const isBeginning = (event: StackEvent): boolean =>
  isOwn(event) && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.ResourceStatus ?? '');

const isFailure = (event: StackEvent): boolean =>
  !isOwn(event) &&
  /_FAILED$/.test(event.ResourceStatus ?? '') &&
  !/^Resource (creation|update|deletion) cancelled/i.test(event.ResourceStatusReason ?? '');

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
