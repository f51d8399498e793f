import { ec2Environments } from '../reading/environments.ts';
import { hostRoles } from '../reading/host-roles.ts';
import { allows } from '../reading/permissions.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

const action = 'ecs:RegisterContainerInstance';

export const hostPermissions: Rule = {
  id: 'host-permissions',
  what: 'hosts may join their cluster: those that may not never do, and jobs stay RUNNABLE for ever',
  source: batchGuide('instance_IAM_role'),
  fix: `allow ${action} and the other actions of AmazonEC2ContainerServiceforEC2Role to the instance role`,
  check: template =>
    ec2Environments(template).flatMap(environment =>
      hostRoles(template, environment)
        .filter(role => allows(template, role, action) === false)
        .map(role => trouble(environment.resource, role.id, `role ${role.id} does not allow ${action}`)),
    ),
};
