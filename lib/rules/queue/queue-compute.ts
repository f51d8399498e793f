import { queueMembers } from '../reading/placement.ts';
import { ofType } from '../reading/template.ts';
import { fields, text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const queueCompute: Rule = {
  id: 'queue-compute',
  what: 'a queue does not mix EC2 and Fargate environments: Batch refuses it',
  source: batchGuide('job_queue_parameters'),
  fix: 'a queue for each',
  check: template =>
    ofType(template, 'AWS::Batch::JobQueue').flatMap(queue => {
      const types = queueMembers(template, queue).flatMap(
        member => text(fields(member?.properties.ComputeResources).Type)?.toUpperCase() ?? [],
      );
      const fargate = types.filter(each => each.startsWith('FARGATE'));
      return fargate.length > 0 && fargate.length < types.length
        ? [trouble(queue, types, 'EC2 and Fargate in one queue')]
        : [];
    }),
};
