import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { LabError } from '../spec/errors.ts';
import { outputNames, type StackMap, stackName } from '../spec/metadata.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';

/** What `lab` knows of a deployed stack, from its outputs. */
export interface Deployment {
  readonly outputBucket: string;
  readonly logGroup: string;
  /** The log of the jobs' state changes. */
  readonly eventLogGroup: string;
  readonly map: StackMap;
}

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

/** The same from outputs that are at hand. */
export function deploymentOf(outputs: Readonly<Record<string, string>>, lab: string): Deployment {
  const missing = Object.values(outputNames).filter(name => outputs[name] === undefined);
  if (missing.length > 0) {
    throw new LabError({
      where: `stack ${stackName(lab)}`,
      message: `has no output ${missing.join(', ')}`,
      fix: 'deploy it again with this version: npm run deploy',
    });
  }
  return {
    outputBucket: outputs[outputNames.outputBucket]!,
    logGroup: outputs[outputNames.logGroup]!,
    eventLogGroup: outputs[outputNames.eventLogGroup]!,
    map: JSON.parse(outputs[outputNames.map]!) as StackMap,
  };
}
