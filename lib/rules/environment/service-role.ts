import { ofType } from '../reading/template.ts';
import { isReference, partialText } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const serviceRole: Rule = {
  id: 'service-role',
  what: 'an environment leaves Batch its service-linked role: with another, updates replace it, and a role that goes first leaves it INVALID and undeletable',
  source: batchGuide('using-service-linked-roles'),
  fix: 'no ServiceRole',
  check: template =>
    ofType(template, 'AWS::Batch::ComputeEnvironment').flatMap(resource => {
      const { ServiceRole } = resource.properties;
      const known = isReference(ServiceRole) ? ServiceRole.id : partialText(ServiceRole);
      return known === undefined || known.includes('AWSServiceRoleForBatch')
        ? []
        : [trouble(resource, ServiceRole, 'a service role of its own')];
    }),
};
