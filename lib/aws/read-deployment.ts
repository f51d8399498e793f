import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { LabError } from '../contract/workload/errors.ts';
import { stackName } from '../contract/workload/metadata.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';

/** Reads the lab's stack outputs. Throws LabError when there is no such stack. */
export async function readDeployment(endpoint: Endpoint, lab: string): Promise<Deployment> {
  const client = new CloudFormationClient(clientConfig(endpoint));
  try {
    const answer = await client.send(new DescribeStacksCommand({ StackName: stackName(lab) }));
    const outputs = Object.fromEntries(
      (answer.Stacks?.[0]?.Outputs ?? []).map(output => [output.OutputKey!, output.OutputValue!]),
    );
    return deploymentOf(outputs, lab);
  } catch (error) {
    if ((error as Error).name !== 'ValidationError') throw error;
    throw new LabError({
      where: `lab ${lab}`,
      message: `there is no stack ${stackName(lab)} in ${endpoint.region}`,
      fix: 'deploy it (npm run deploy), name another (--lab), or try it here with --local',
    });
  }
}
