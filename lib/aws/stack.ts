import {
  CloudFormationClient,
  GetTemplateCommand,
  paginateListStacks,
  type Stack,
  type StackEvent,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { StackResource, StackState, Stacks } from '../contract/ports/lifecycle.ts';
import { LabError } from '../contract/workload/errors.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { describeStack, failureEvents, stackResources } from './stacks.ts';

/** CloudFormation over the SDK. */
export function sdkStacks(endpoint: Endpoint): Stacks {
  const client = new CloudFormationClient({ ...clientConfig(endpoint), maxAttempts: 8 });
  const ssm = new SSMClient(clientConfig(endpoint));
  return {
    read: name => read(client, name),
    resources: async name => (await stackResources(client, name)).map(resourceOf),
    async template(name) {
      const answer = await client.send(
        new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
      );
      return parseTemplate(answer.TemplateBody ?? '{}', name);
    },
    failures: async name => (await failureEvents(client, name)).map(resourceOf),
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
  const stack = await describeStack(client, name);
  return stack && stackState(stack);
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

const resourceOf = (each: StackResourceSummary | StackEvent): StackResource => ({
  logicalId: each.LogicalResourceId ?? '',
  ...(each.PhysicalResourceId ? { physicalId: each.PhysicalResourceId } : {}),
  type: each.ResourceType ?? '',
  status: each.ResourceStatus ?? '',
  ...(each.ResourceStatusReason ? { statusReason: each.ResourceStatusReason } : {}),
});

async function deleted(client: CloudFormationClient, name: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] }))
    for (const each of page.StackSummaries ?? [])
      if (each.StackName === name && each.StackId) ids.push(each.StackId);
  return ids;
}
