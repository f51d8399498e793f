import { jobContainers } from '../reading/containers.ts';
import { ec2Environments } from '../reading/environments.ts';
import { hostRoles } from '../reading/host-roles.ts';
import { trustedServices } from '../reading/permissions.ts';
import { type RuleResource, target } from '../reading/template.ts';
import { type Rule, type Trouble, trouble } from '../rule.ts';

export const roleTrust: Rule = {
  id: 'role-trust',
  what: 'a role trusts who takes it on: jobs are ecs-tasks.amazonaws.com (not batch), hosts are ec2.amazonaws.com',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html',
  fix: 'the service in the role’s AssumeRolePolicyDocument',
  check: template => [
    ...jobContainers(template).flatMap(({ resource, executionRole, jobRole }) =>
      [executionRole, jobRole].flatMap(value =>
        distrust(resource, target(template, value, 'AWS::IAM::Role', 'RoleName'), 'ecs-tasks.'),
      ),
    ),
    ...ec2Environments(template).flatMap(each =>
      hostRoles(template, each).flatMap(role => distrust(each.resource, role, 'ec2.')),
    ),
  ],
};

function distrust(user: RuleResource, role: RuleResource | undefined, service: string): readonly Trouble[] {
  const trusted = role && trustedServices(role);
  return !role || !trusted || trusted.some(each => each.startsWith(service))
    ? []
    : [
        trouble(
          user,
          role.id,
          `role ${role.id} trusts ${trusted.join(', ') || 'no service'}, not ${service}amazonaws.com`,
        ),
      ];
}
