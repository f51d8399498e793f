import { jobContainers } from '../reading/containers.ts';
import { allows } from '../reading/permissions.ts';
import { cachePrefixOf } from '../reading/pull-through.ts';
import { target } from '../reading/template.ts';
import { type Rule, trouble } from '../rule.ts';

const action = 'ecr:BatchImportUpstreamImage';

export const pullThroughImport: Rule = {
  id: 'pull-through-import',
  what: 'who pulls through a cache may fetch what is not in it yet: the first job pulls it there, or fails with CannotPullContainerError',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html',
  fix: `allow ${action} and ecr:CreateRepository on the repository to the execution role`,
  check: template =>
    jobContainers(template).flatMap(({ resource, container, executionRole }) => {
      const role = target(template, executionRole, 'AWS::IAM::Role', 'RoleName');
      return cachePrefixOf(template, container.Image) && role && allows(template, role, action) === false
        ? [trouble(resource, role.id, `role ${role.id} does not allow ${action}`)]
        : [];
    }),
};
