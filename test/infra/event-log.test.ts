import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventLog } from '../../lib/infra/ground/event-log.ts';
import { cdkApp } from '../helpers/cdk-app.ts';

interface Statement {
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: { readonly ArnEquals: { readonly 'aws:SourceArn': readonly string[] } };
}

/** The longest ARN that a queue can have. */
const queueArn = (index: number): string =>
  `arn:aws-us-gov:batch:us-gov-east-1:123456789012:job-queue/${`${index}-`.padEnd(128, 'q')}`;

function made(queues: number) {
  const stack = new Stack(cdkApp(), 'Events');
  new EventLog(stack, 'Events', {
    queueArns: Array.from({ length: queues }, (_, index) => queueArn(index)),
    retentionDays: 30,
  });
  const template = Template.fromStack(stack);
  const rules = template.findResources('AWS::Events::Rule');
  const [policy] = Object.values(template.findResources('AWS::Logs::ResourcePolicy'));
  return { rules, policy, groups: template.findResources('AWS::Logs::LogGroup') };
}

/** The policy as AWS gets it, with names in the place of what only AWS knows. */
function statements(policy: { Properties: { PolicyDocument: { 'Fn::Join': [string, unknown[]] } } }) {
  const parts = policy.Properties.PolicyDocument['Fn::Join'][1].map(each =>
    typeof each === 'string'
      ? each
      : Object.values(each as object)
          .flat()
          .join('.'),
  );
  return (JSON.parse(parts.join('')) as { Statement: Statement[] }).Statement;
}

it('EventBridge may make a stream without saying for which rule, and put events for the lab’s rules alone', () => {
  const { rules, policy } = made(2);
  const [streams, events] = statements(policy as never);
  expect(streams).toMatchObject({ Action: 'logs:CreateLogStream' });
  expect(streams!.Condition).toBeUndefined();
  expect(events).toMatchObject({
    Action: 'logs:PutLogEvents',
    Condition: { ArnEquals: { 'aws:SourceArn': Object.keys(rules).map(id => `${id}.Arn`) } },
  });
  expect(events!.Resource).toBe(streams!.Resource);
});

it.each([1, 10, 11, 35])('%i queues of the longest names fit their patterns, each in one of them', queues => {
  const { rules, policy } = made(queues);
  const patterns = Object.values(rules).map(rule => rule.Properties.EventPattern);
  for (const each of patterns) expect(JSON.stringify(each).length).toBeLessThanOrEqual(2048);
  expect(patterns.flatMap(each => each.detail.jobQueue)).toEqual(
    Array.from({ length: queues }, (_, index) => queueArn(index)),
  );
  expect(statements(policy as never)[1]!.Condition!.ArnEquals['aws:SourceArn']).toHaveLength(patterns.length);
});

it('a lab without queues has a log, and neither a rule nor a policy', () => {
  const { rules, policy, groups } = made(0);
  expect([Object.keys(rules), policy]).toEqual([[], undefined]);
  expect(Object.keys(groups)).toHaveLength(1);
});
