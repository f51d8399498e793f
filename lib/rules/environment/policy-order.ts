import { type Ec2Environment, ec2Environments } from '../reading/environments.ts';
import { hostRoles } from '../reading/host-roles.ts';
import { isAfter } from '../reading/order.ts';
import { ofType, type RuleResource, type RuleTemplate } from '../reading/template.ts';
import { isReference, list } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const policyOrder: Rule = {
  id: 'policy-order',
  what: 'an environment goes before the policies of its hosts: hosts that have lost theirs never leave the cluster, and the deletion of the stack waits for them',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html#gatewayattachment',
  fix: 'DependsOn of the environment names the policy (environment.node.addDependency(role) in CDK)',
  check: template =>
    ec2Environments(template).flatMap(environment =>
      policiesOf(template, environment)
        .filter(policy => !isAfter(template, environment.resource, policy))
        .map(policy =>
          trouble(
            environment.resource,
            policy.id,
            `policy ${policy.id} may be deleted before its hosts`,
            // CloudFormation refuses a circle.
            isAfter(template, policy, environment.resource)
              ? `the policy names the environment, so neither can wait for the other: put what it allows on ${policy.id}’s role (Policies), with a name or * in place of the environment`
              : undefined,
          ),
        ),
    ),
};

/** Policies that are resources of their own, and so have a place of their own in the order of deletion. */
function policiesOf(template: RuleTemplate, environment: Ec2Environment): readonly RuleResource[] {
  const roles = hostRoles(template, environment).map(role => role.id);
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy']
    .flatMap(type => ofType(template, type))
    .filter(({ properties: { Roles, RoleName } }) =>
      [...(list(Roles) ?? []), RoleName].some(each => isReference(each) && roles.includes(each.id)),
    );
}
