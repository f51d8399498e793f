import type { Needed } from './access/needed.ts';
import { AwsError, type JsonCall } from './http/service.ts';

/** What DescribeStacks answers: the one stack that the twin was made from. Query protocol. */
export function cloudFormation(resources: {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, string>>;
}) {
  return async ({ action, input }: JsonCall): Promise<unknown> => {
    if (action !== 'DescribeStacks')
      throw new AwsError('InvalidAction', 400, `Could not find operation ${action}`);
    const name = input.StackName as string | undefined;
    if (name !== undefined && name !== resources.stackName) {
      throw new AwsError('ValidationError', 400, `Stack with id ${name} does not exist`);
    }
    return {
      Stacks: [
        {
          StackName: resources.stackName,
          StackStatus: 'CREATE_COMPLETE',
          CreationTime: '2026-01-01T00:00:00.000Z',
          Outputs: Object.entries(resources.outputs).map(([OutputKey, OutputValue]) => ({
            OutputKey,
            OutputValue,
          })),
        },
      ],
    };
  };
}

/** The rights that a call of CloudFormation needs: to one stack, or to all where none is named. */
export function stackRights({ action, input }: JsonCall, arn: string): Needed[] {
  if (action !== 'DescribeStacks') return [];
  const name = input.StackName as string | undefined;
  const resource = name === undefined ? '*' : name.startsWith('arn:') ? name : `${arn}:stack/${name}/twin`;
  return [{ action: 'cloudformation:DescribeStacks', resource }];
}
