import { stackState } from '../../../lib/aws/account/stack-state.ts';
import { type Answer, awsOfFile, queryError } from './fake-aws.ts';

const aws = awsOfFile();

const result = (action: string, body: string): Answer => ({
  body: `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${body}</${action}Result></${action}Response>`,
});
const event = (id: string, type: string, status: string, reason = ''): string =>
  `<member><EventId>e</EventId><StackId>s</StackId><StackName>lab</StackName><Timestamp>2026-11-21T00:00:00Z</Timestamp><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${type === stackType ? 's' : `p-${id}`}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason></member>`;
const stackType = 'AWS::CloudFormation::Stack';

it('a stack has its status and outputs; one that is not there is undefined, one that may not be read an error', async () => {
  aws.answer = () =>
    result(
      'DescribeStacks',
      '<Stacks><member><StackName>lab</StackName><CreationTime>2026-11-21T00:00:00Z</CreationTime><StackStatus>ROLLBACK_COMPLETE</StackStatus><StackStatusReason>why</StackStatusReason><Outputs><member><OutputKey>K</OutputKey><OutputValue>V</OutputValue></member></Outputs></member></Stacks>',
    );
  expect(await stackState(aws.endpoint).stack('lab')).toMatchObject({
    name: 'lab',
    status: 'ROLLBACK_COMPLETE',
    statusReason: 'why',
    outputs: { K: 'V' },
  });
  aws.answer = () => queryError('ValidationError', 400, 'Stack with id lab does not exist');
  expect(await stackState(aws.endpoint).stack('lab')).toBeUndefined();
  aws.answer = () => queryError('ValidationError', 400, '1 validation error detected');
  await expect(stackState(aws.endpoint).stack('lab')).rejects.toMatchObject({ name: 'ValidationError' });
  aws.answer = () => queryError('AccessDenied', 403);
  await expect(stackState(aws.endpoint).stack('lab')).rejects.toMatchObject({ name: 'AccessDenied' });
});

it('the first failure is of the newest operation, and not what was cancelled for it', async () => {
  const pages = [
    [
      event('lab', stackType, 'ROLLBACK_COMPLETE'),
      event('Later', 'AWS::EC2::VPC', 'CREATE_FAILED', 'Resource creation cancelled'),
      event('Last', 'AWS::EC2::VPC', 'DELETE_FAILED', 'Resource deletion cancelled'),
      event('Second', 'AWS::Batch::JobQueue', 'CREATE_FAILED', 'needs the first'),
    ],
    [
      event('First', 'AWS::Batch::ComputeEnvironment', 'CREATE_FAILED', 'CLIENT_ERROR - MIME'),
      event('lab', stackType, 'CREATE_IN_PROGRESS', 'User Initiated'),
      event('Older', 'AWS::S3::Bucket', 'DELETE_FAILED', 'of an earlier operation'),
    ],
  ];
  aws.answer = ({ fields }) => {
    const page = fields.get('NextToken') ? 1 : 0;
    const next = page === 0 ? '<NextToken>t</NextToken>' : '';
    return result('DescribeStackEvents', `<StackEvents>${pages[page]!.join('')}</StackEvents>${next}`);
  };
  expect(await stackState(aws.endpoint).firstFailure('lab')).toMatchObject({
    logicalId: 'First',
    type: 'AWS::Batch::ComputeEnvironment',
    statusReason: 'CLIENT_ERROR - MIME',
  });
});
