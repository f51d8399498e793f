import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Stacks } from '../contract/ports/stack.ts';
import { LabError } from '../contract/workload/errors.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { readParameter } from './read/parameters.ts';
import { deletedStacks, readStack, stackFailures, stackResources } from './read/stacks.ts';

/** CloudFormation over the SDK. */
export function sdkStacks(endpoint: Endpoint): Stacks {
  const client = new CloudFormationClient({ ...clientConfig(endpoint), maxAttempts: 8 });
  const ssm = new SSMClient(clientConfig(endpoint));
  return {
    read: name => readStack(client, name),
    resources: name => stackResources(client, name),
    async template(name) {
      const answer = await client.send(
        new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
      );
      return parseTemplate(answer.TemplateBody ?? '{}', name);
    },
    failures: name => stackFailures(client, name),
    deleted: name => deletedStacks(client, name),
    parameter: name => readParameter(ssm, name).catch(() => undefined),
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
