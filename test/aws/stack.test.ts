import { sdkStacks } from '../../lib/aws/stacks.ts';
import { say, scriptedServer } from './wire/scripted-server.ts';

const stack = 'arn:aws:cloudformation:us-east-1:123456789012:stack/arraylab-lab/1';
const event = (id: string, status: string, reason = '', physical = id): string =>
  `<member><StackId>${stack}</StackId><StackName>arraylab-lab</StackName><EventId>${id}${status}</EventId>` +
  `<LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId>` +
  `<ResourceType>AWS::IAM::Role</ResourceType><ResourceStatus>${status}</ResourceStatus>` +
  `<ResourceStatusReason>${reason}</ResourceStatusReason><Timestamp>2026-11-21T12:00:00Z</Timestamp></member>`;
const events = (...members: string[]): string =>
  `<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>${members.join('')}</StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>`;
const refused = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

let server: Awaited<ReturnType<typeof scriptedServer>>;
afterEach(() => server.stop());
const stacks = () =>
  sdkStacks({
    region: 'us-east-1',
    url: server.url,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
  });

it('answers the failures of the latest operation alone, the first one first, without what only followed from it', async () => {
  server = await scriptedServer(
    say(
      200,
      events(
        event('arraylab-lab', 'UPDATE_ROLLBACK_COMPLETE', '', stack),
        event('Third', 'UPDATE_FAILED', 'Resource update cancelled'),
        event('Second', 'UPDATE_FAILED', 'also refused'),
        event('First', 'UPDATE_FAILED', 'refused'),
        event('arraylab-lab', 'UPDATE_IN_PROGRESS', 'User Initiated', stack),
        event('Old', 'CREATE_FAILED', 'last year'),
      ),
      { 'content-type': 'text/xml' },
    ),
  );
  expect((await stacks().failures('arraylab-lab')).map(each => [each.logicalId, each.statusReason])).toEqual([
    ['First', 'refused'],
    ['Second', 'also refused'],
  ]);
});

it('a stack that is not there is none; any other refusal is thrown', async () => {
  server = await scriptedServer(
    say(400, refused('ValidationError', 'Stack with id arraylab-lab does not exist')),
    say(400, refused('ValidationError', 'Stack with id arraylab-lab does not exist')),
    say(403, refused('AccessDenied', 'not authorized to perform: cloudformation:DescribeStacks')),
  );
  expect(await stacks().read('arraylab-lab')).toBeUndefined();
  expect(await stacks().resources('arraylab-lab')).toEqual([]);
  await expect(stacks().read('arraylab-lab')).rejects.toMatchObject({ name: 'AccessDenied' });
});
