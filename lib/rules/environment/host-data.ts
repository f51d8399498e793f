import { ec2Environments } from '../reading/environments.ts';
import { hostRoles } from '../reading/host-roles.ts';
import { allows } from '../reading/permissions.ts';
import { type Rule, trouble } from '../rule.ts';

const actions = ['s3:GetObject', 's3:PutObject', 'secretsmanager:GetSecretValue', 'dynamodb:GetItem'];

export const hostData: Rule = {
  id: 'host-data',
  what: 'the role of hosts sees no data: jobs share the host’s network, so each of them can have that role, whatever its own allows',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html',
  fix: 'data for the job role (JobRoleArn) alone',
  check: template =>
    ec2Environments(template).flatMap(environment =>
      hostRoles(template, environment).flatMap(role => {
        const found = actions.filter(action => allows(template, role, action));
        return found.length > 0
          ? [trouble(environment.resource, role.id, `every job on these hosts may do ${found.join(', ')}`)]
          : [];
      }),
    ),
};
