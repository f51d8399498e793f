import { type Mutation, set } from './changes.ts';
import { type Fields, type Parts, properties } from './parts.ts';

const pattern = (parts: Parts): { readonly detail: Fields } =>
  properties(parts, 'AWS::Events::Rule', 'JobEvents').EventPattern as { detail: Fields };

export const eventMutations: readonly Mutation[] = [
  {
    title: 'a log’s policy whose one statement has the rule as its condition',
    rule: 'event-log-condition',
    mutate: p =>
      set(properties(p, 'AWS::Logs::ResourcePolicy'), {
        PolicyDocument: {
          'Fn::Sub': JSON.stringify({
            Statement: {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: 'arn:${AWS::Partition}:logs:us-east-1:${AWS::AccountId}:log-group:x:*',
              Condition: {
                ArnEquals: {
                  'aws:SourceArn': 'arn:${AWS::Partition}:events:us-east-1:${AWS::AccountId}:rule/x',
                },
              },
            },
          }),
        },
      }),
  },
  {
    title: 'events of no queue',
    rule: 'event-pattern',
    mutate: p => set(pattern(p).detail, { jobQueue: [] }),
  },
  {
    title: 'events of more queues than a pattern has room for',
    rule: 'event-pattern',
    mutate: p => {
      const [queue] = pattern(p).detail.jobQueue as unknown[];
      set(pattern(p).detail, { jobQueue: Array.from({ length: 45 }, () => queue) });
    },
  },
];
