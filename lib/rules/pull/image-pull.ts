import { jobContainers } from '../reading/containers.ts';
import { allows } from '../reading/permissions.ts';
import { target } from '../reading/template.ts';
import { partialText } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

const actions = ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

export const imagePull: Rule = {
  id: 'image-pull',
  what: 'who pulls a private image may: CDK’s fromRegistry grants nothing for an ECR image, and jobs fail with CannotPullContainerError',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html',
  fix: `allow ${actions.join(', ')} to the execution role`,
  check: template =>
    jobContainers(template).flatMap(({ resource, container, executionRole }) => {
      const role = target(template, executionRole, 'AWS::IAM::Role', 'RoleName');
      if (!role || !/\.dkr[.-]ecr[.-]/.test(partialText(container.Image) ?? '')) return [];
      // The others may also come from the repository's policy; this one may not.
      return allows(template, role, actions[0]!) === false
        ? [trouble(resource, role.id, `role ${role.id} does not allow ${actions[0]}`)]
        : [];
    }),
};
