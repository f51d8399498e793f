import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LabError } from '../contract/workload/errors.ts';
import { stackName } from '../contract/workload/metadata.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { readStack } from './read/stacks.ts';

/** Reads the lab's stack outputs. Throws LabError when there is no such stack. */
export async function readDeployment(endpoint: Endpoint, lab: string): Promise<Deployment> {
  const client = new CloudFormationClient(clientConfig(endpoint));
  const stack = await readStack(client, stackName(lab));
  if (!stack)
    throw new LabError({
      where: `lab ${lab}`,
      message: `there is no stack ${stackName(lab)} in ${endpoint.region}`,
      fix: 'deploy it (npm run deploy), name another (--lab), or try it here with --local',
    });
  return deploymentOf(stack.outputs, lab);
}
