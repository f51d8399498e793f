import { ofType } from '../reading/template.ts';
import { list } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const queueLength: Rule = {
  id: 'queue-length',
  what: 'a queue has at most three compute environments',
  source: batchGuide('service_limits'),
  fix: 'another queue, or more instance types in an environment',
  check: template =>
    ofType(template, 'AWS::Batch::JobQueue').flatMap(queue => {
      const members = list(queue.properties.ComputeEnvironmentOrder)?.length ?? 0;
      return members > 3 ? [trouble(queue, members, 'more compute environments than Batch takes')] : [];
    }),
};
