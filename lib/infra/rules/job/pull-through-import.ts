import { jobContainers } from '../reading/containers.ts';
import { allows } from '../reading/permissions.ts';
import { ofType, target } from '../reading/template.ts';
import { partialText, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

const action = 'ecr:BatchImportUpstreamImage';

export const pullThroughImport: Rule = {
  id: 'pull-through-import',
  what: 'who pulls through a cache may fetch what is not in it yet: the first job pulls it there, or fails with CannotPullContainerError',
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html',
  fix: `allow ${action} and ecr:CreateRepository on the repository to the execution role`,
  check: template => {
    const prefixes = ofType(template, 'AWS::ECR::PullThroughCacheRule').flatMap(
      each => text(each.properties.EcrRepositoryPrefix) ?? [],
    );
    return jobContainers(template).flatMap(({ resource, container, executionRole }) => {
      const [host = '', ...path] = partialText(container.Image)?.split('/') ?? [];
      const isCached =
        /\.dkr\.ecr[.-]/.test(host) && prefixes.some(each => path.join('/').startsWith(`${each}/`));
      const role = target(template, executionRole, 'AWS::IAM::Role', 'RoleName');
      return isCached && role && allows(template, role, action) === false
        ? [trouble(resource, role.id, `role ${role.id} does not allow ${action}`)]
        : [];
    });
  },
};
