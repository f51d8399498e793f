import type { Ec2Environment } from './environments.ts';
import { type Resource, type Template, target, targets } from './template.ts';
import { list } from './value.ts';

/** The role that an environment's hosts have, where profile and role are in the template. */
export function hostRoles(template: Template, { compute }: Ec2Environment): readonly Resource[] {
  const profile = target(template, compute.InstanceRole, 'AWS::IAM::InstanceProfile', 'InstanceProfileName');
  return (profile && targets(template, list(profile.properties.Roles), 'AWS::IAM::Role')) ?? [];
}
