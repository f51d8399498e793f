import { ec2Environments } from '../reading/environments.ts';
import { hostProfile } from '../reading/host-roles.ts';
import { target } from '../reading/template.ts';
import { isReference, partialText } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const instanceProfile: Rule = {
  id: 'instance-profile',
  what: 'InstanceRole is an instance profile: a role’s name or ARN in its place makes the environment INVALID',
  source: batchGuide('instance_IAM_role'),
  fix: 'an AWS::IAM::InstanceProfile with the role, and its ARN as InstanceRole',
  check: template =>
    ec2Environments(template).flatMap(environment => {
      const { resource, compute } = environment;
      const { InstanceRole } = compute;
      if (InstanceRole === undefined) return [trouble(resource, undefined, 'hosts have no instance profile')];
      if (hostProfile(template, environment)) return [];
      const isRole =
        (isReference(InstanceRole) && target(template, InstanceRole, 'AWS::IAM::Role') !== undefined) ||
        /^arn:.*:role\//.test(partialText(InstanceRole) ?? '');
      return isRole ? [trouble(resource, InstanceRole, 'a role, where Batch wants an instance profile')] : [];
    }),
};
