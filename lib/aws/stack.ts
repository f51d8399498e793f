import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  paginateListStacks,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { StackResource, StackState, Stacks } from '../contract/ports/lifecycle.ts';
import { LabError } from '../contract/workload/errors.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { errorName } from './sdk-error.ts';

/** CloudFormation over the SDK. */
export function sdkStacks(endpoint: Endpoint): Stacks {
  const client = new CloudFormationClient({ ...clientConfig(endpoint), maxAttempts: 8 });
  const ssm = new SSMClient(clientConfig(endpoint));
  return {
    read: name => read(client, name),
    resources: name => resources(client, name),
    async template(name) {
      const answer = await client.send(
        new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
      );
      return parseTemplate(answer.TemplateBody ?? '{}', name);
    },
    failures: name => failures(client, name),
    deleted: name => deleted(client, name),
    async parameter(name) {
      try {
        return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
      } catch {
        return undefined;
      }
    },
  };
}

/** CDK's templates are JSON. */
function parseTemplate(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new LabError({
      where: name,
      message: 'is a stack that Arraylab did not make: its template is no JSON',
    });
  }
}

async function read(client: CloudFormationClient, name: string): Promise<StackState | undefined> {
  try {
    const [stack] = (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks ?? [];
    return stack && stackState(stack);
  } catch (error) {
    if (isNoStack(error)) return undefined;
    throw error;
  }
}

function stackState(stack: Stack): StackState {
  return {
    id: stack.StackId ?? stack.StackName ?? '',
    status: stack.StackStatus ?? '',
    ...(stack.StackStatusReason ? { statusReason: stack.StackStatusReason } : {}),
    terminationProtection: stack.EnableTerminationProtection ?? false,
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map(each => [
        each.ParameterKey ?? '',
        each.ResolvedValue ?? each.ParameterValue ?? '',
      ]),
    ),
  };
}

async function resources(client: CloudFormationClient, name: string): Promise<StackResource[]> {
  const found: StackResource[] = [];
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: name }))
      for (const each of page.StackResourceSummaries ?? [])
        found.push({
          logicalId: each.LogicalResourceId ?? '',
          ...(each.PhysicalResourceId ? { physicalId: each.PhysicalResourceId } : {}),
          type: each.ResourceType ?? '',
          status: each.ResourceStatus ?? '',
          ...(each.ResourceStatusReason ? { statusReason: each.ResourceStatusReason } : {}),
        });
  } catch (error) {
    if (!isNoStack(error)) throw error;
  }
  return found;
}

/** Events come newest first; the operation begins with the stack's own `…_IN_PROGRESS` that a person asked for. */
async function failures(client: CloudFormationClient, name: string): Promise<StackResource[]> {
  const found: StackResource[] = [];
  try {
    pages: for await (const page of paginateDescribeStackEvents({ client }, { StackName: name }))
      for (const event of page.StackEvents ?? []) {
        if (isBeginning(event)) break pages;
        if (isFailure(event)) found.unshift(failureOf(event));
      }
  } catch (error) {
    if (!isNoStack(error)) throw error;
  }
  return found;
}

const isBeginning = (event: StackEvent): boolean =>
  event.PhysicalResourceId === event.StackId &&
  /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(event.ResourceStatus ?? '');

/** What is cancelled because something else failed says nothing. */
const isFailure = (event: StackEvent): boolean =>
  event.PhysicalResourceId !== event.StackId &&
  /_FAILED$/.test(event.ResourceStatus ?? '') &&
  !/^Resource (creation|update) cancelled/i.test(event.ResourceStatusReason ?? '');

const failureOf = (event: StackEvent): StackResource => ({
  logicalId: event.LogicalResourceId ?? '',
  ...(event.PhysicalResourceId ? { physicalId: event.PhysicalResourceId } : {}),
  type: event.ResourceType ?? '',
  status: event.ResourceStatus ?? '',
  ...(event.ResourceStatusReason ? { statusReason: event.ResourceStatusReason } : {}),
});

async function deleted(client: CloudFormationClient, name: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] }))
    for (const each of page.StackSummaries ?? [])
      if (each.StackName === name && each.StackId) ids.push(each.StackId);
  return ids;
}

/** CloudFormation says by a ValidationError that there is no such stack. */
const isNoStack = (error: unknown): boolean =>
  errorName(error) === 'ValidationError' && /does not exist/i.test((error as Error).message);
