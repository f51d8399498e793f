import { ec2Environments, environmentArchitecture } from '../reading/environments.ts';
import { queueMembers } from '../reading/placement.ts';
import { ofType } from '../reading/template.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const queueArchitecture: Rule = {
  id: 'queue-architecture',
  what: 'environments of a queue are of one architecture: an image only runs on one, and which one it meets is chance',
  source: batchGuide('job_queue_parameters'),
  fix: 'a queue for each architecture',
  check: template => {
    const environments = ec2Environments(template);
    return ofType(template, 'AWS::Batch::JobQueue').flatMap(queue => {
      const found = queueMembers(template, queue).flatMap(member => {
        const environment = environments.find(each => each.resource === member);
        return (environment && environmentArchitecture(environment)) ?? [];
      });
      return new Set(found).size > 1
        ? [trouble(queue, found, 'environments of two architectures in one queue')]
        : [];
    });
  },
};
