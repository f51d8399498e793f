import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { unless } from './unless.ts';

/** The value of a parameter of SSM's; undefined where there is none. */
export async function readParameter(client: SSMClient, name: string): Promise<string | undefined> {
  const call = client.send(new GetParameterCommand({ Name: name }));
  return (await unless(call, ['ParameterNotFound']))?.Parameter?.Value;
}
