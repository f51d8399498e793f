import type { Ec2Environment } from './environments.ts';
import { ofType, type RuleResource, type RuleTemplate, target, targets } from './template.ts';
import { isReference, list, text } from './value.ts';

/** The instance profile of an environment's hosts, where it is in the template: by itself, or by a role's name that is its own too. */
export function hostProfile(template: RuleTemplate, { compute }: Ec2Environment): RuleResource | undefined {
  const { InstanceRole } = compute;
  const profile = target(template, InstanceRole, 'AWS::IAM::InstanceProfile', 'InstanceProfileName');
  if (profile || !isReference(InstanceRole) || InstanceRole.attribute) return profile;
  const role = target(template, InstanceRole, 'AWS::IAM::Role');
  if (!role) return;
  const roleName = text(role.properties.RoleName);
  return ofType(template, 'AWS::IAM::InstanceProfile').find(
    ({ properties: { InstanceProfileName: name } }) =>
      isReference(name)
        ? name.id === role.id && !name.attribute
        : roleName !== undefined && text(name) === roleName,
  );
}

/** The role that an environment's hosts have, where profile and role are in the template. */
export function hostRoles(template: RuleTemplate, environment: Ec2Environment): readonly RuleResource[] {
  const profile = hostProfile(template, environment);
  return (profile && targets(template, list(profile.properties.Roles), 'AWS::IAM::Role')) ?? [];
}
