import { LabError } from '../contract/workload/errors.ts';
import { outputNames, readStackMap, type StackMap, stackName } from '../contract/workload/metadata.ts';

/** What `lab` knows of a deployed stack, from its outputs. */
export interface Deployment {
  readonly outputBucket: string;
  readonly logGroup: string;
  /** The log of the jobs' state changes. */
  readonly eventLogGroup: string;
  readonly map: StackMap;
}

/** What the stack's outputs say. Throws LabError where one of them is not there. */
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
    map: readStackMap(outputs[outputNames.map]!),
  };
}
