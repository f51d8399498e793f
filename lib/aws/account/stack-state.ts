import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Account } from '../../contract/ports/account.ts';
import type { Endpoint } from '../endpoint.ts';
import { readStack, stackFailures, stackResources } from '../read/stacks.ts';
import { readingConfig } from './reading.ts';

/** The lab's stack as CloudFormation has it. */
export function stackState(endpoint: Endpoint): Pick<Account, 'stack' | 'firstFailure' | 'resources'> {
  const client = new CloudFormationClient(readingConfig(endpoint));
  return {
    stack: name => readStack(client, name),
    firstFailure: async name => (await stackFailures(client, name))[0],
    resources: name => stackResources(client, name),
  };
}
